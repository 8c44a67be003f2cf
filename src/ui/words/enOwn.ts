/** The user's own network and images. */
export const enOwn = {
  own: {
    openImages: 'Open images…',
    openFolder: 'Open a folder…',
    imagesHelp: [
      'Pictures (PNG, JPEG, GIF, BMP, WebP) in one folder for each class, as a folder or an archive (zip, tar, gz); pictures with a list of their labels (CSV, TSV, JSON); parquet files with a column of labels; CIFAR’s binary files; MNIST’s idx files. What a file is, its content says. They are brought to the network’s size as torchvision does it. Test images are those of a test folder or file; where there is none, half of each class. Nothing leaves this computer.',
      'Network and images may be opened in any order: what does not fit yet waits for the other. Files can also be dropped here.',
    ],
    bundledImages: 'Back to the bundled images',
    images: (classes: string, calibration: string, test: string) =>
      `Own images: ${classes} classes, ${calibration} to calibrate with and look at, ${test} for tests`,
    check: 'How the network was read',
    operations: 'Operations',
    parameters: 'Parameters',
    macs: 'Multiplications an image',
    memory: 'Memory an image',
    megabytes: (count: string) => `${count} MB`,
    input: 'Image',
    classes: 'Classes',
    compared: 'Compared with',
    difference: (runtime: string, difference: string) => `${runtime}: differs by ${difference} at most`,
    notCompared: (runtime: string) => `${runtime}: could not be compared`,
    noRuntime: 'nothing: these weights have no program of their own',
    pixels: 'Pixels',
    pixelsHelp:
      'The network is fed (pixel / 255 − mean) / deviation, one value for each channel. They must be those it was trained with; files often do not say.',
    pixelChoices: {
      unit: '0 to 1',
      symmetric: '−1 to 1',
      bytes: '0 to 255',
      imagenet: 'ImageNet’s mean and deviation',
      other: 'other values',
    },
    mean: 'Mean',
    deviation: 'Deviation',
    apply: 'Use these',
    mend: 'Use that',
    chooseOutput: (output: string) => `Use the output ${output}`,
  },
};
