/** What is said of images of the user's own; part of `SENTENCES`. */
export const IMAGE_SENTENCES = {
  imagesHint: () =>
    'Choose a folder or an archive (zip, tar, gz) with a folder of pictures (PNG, JPEG, GIF, BMP, WebP) for every class, or pictures with a list of their labels (CSV, TSV, JSON), a parquet file with pictures and labels, CIFAR’s binary files, or MNIST’s idx files.',
  archiveHint: () => 'Get the archive anew, or choose the files in it themselves.',
  archiveOfOtherKind: (file: string) => `${file} is an archive of a kind that is not read here.`,
  archiveOfOtherKindHint: () => 'Unpack it and choose the folder, or pack it as zip or tar.gz.',
  archiveCut: (file: string) => `${file} is an archive that is cut off or damaged.`,
  gzipDamaged: (file: string, reason: string) => `${file} cannot be decompressed: ${reason}.`,
  severalDatasets: (first: string, second: string) =>
    `${first} and ${second} are of different datasets: choose the files of one.`,
  binaryBeside: (file: string) => `${file} holds images too; the pictures are used, and it is not.`,
  namesFrom: (file: string) => `The names of the classes come from ${file}.`,
  classesAreNumbers: () => 'The files do not name the classes: they are called by their numbers.',
  cifarCut: (file: string, bytes: string, record: string) =>
    `${file} has ${bytes} bytes, no whole number of images of ${record} bytes: it is cut off.`,
  cifarLabel: (file: string, image: string, label: string, dataset: string, last: string) =>
    `${file}: image ${image} has the label ${label}; labels of ${dataset} are 0 to ${last}.`,
  idxCut: (file: string, shape: string, bytes: string) =>
    `${file} says that it holds ${shape} values, but has ${bytes} bytes of them: it is cut off, or holds no images.`,
  idxNoImages: (file: string) => `There are labels in ${file}, but no idx file of images.`,
  idxNoLabels: (file: string) =>
    `There are no labels for ${file}: choose the idx file with its labels, too (labels instead of images in its name).`,
  idxCounts: (images: string, count: string, labels: string, other: string) =>
    `${images} holds ${count} images, but ${labels} ${other} labels.`,
  splitFolders: (folders: string) => `Test images are those in ${folders}.`,
  testOfNoClass: (count: string) =>
    `${count} test picture${count === '1' ? ' is' : 's are'} of no class that there are training pictures of, and left out.`,
  labelsFrom: (file: string) => `The labels come from ${file}.`,
  labelsFromColumn: (file: string, column: string) => `The labels come from ${file}, column ${column}.`,
  listNamesNone: (file: string) => `${file} looks like a list of labels, but names hardly any of these pictures.`,
  listWithoutLabels: (file: string) =>
    `${file} names these pictures, but it cannot be told which of its columns is the label.`,
  splitsFromColumn: (file: string, column: string) => `${file}, column ${column}, says which pictures are for tests.`,
  listedMissing: (count: string, file: string) =>
    `${count} picture${count === '1' ? '' : 's'} that ${file} names ${count === '1' ? 'is' : 'are'} not there.`,
  notListed: (count: string) =>
    `${count} picture${count === '1' ? ' has' : 's have'} no label in the list, and ${count === '1' ? 'is' : 'are'} left out.`,
  colourToGrey: (count: string) =>
    `The network takes grey images: ${count} picture${count === '1' ? '' : 's'} in colour ${count === '1' ? 'was' : 'were'} made grey.`,
  greyToColour: () => 'The pictures are grey and the network takes colour: red, green and blue are the same.',
  tooFewTraining: (name: string, has: string, needs: string) =>
    `The class "${name}" has ${has} training picture${has === '1' ? '' : 's'} that can be read; at least ${needs} are needed.`,
  tooFewTest: (name: string, has: string, needs: string) =>
    `The class "${name}" has ${has} test pictures that can be read; at least ${needs} is needed.`,
  noPictures: () => 'There is no picture among these files.',
  oneClassOnly: () => 'The pictures are in no class folders: all of them count as one class.',
  picturesBeside: (count: string) =>
    `${count} picture${count === '1' ? ' lies' : 's lie'} beside the class folders and ${count === '1' ? 'is' : 'are'} left out.`,
  classesByName: () => 'The classes are in the order of the network, which has classes of these names.',
  classesByNumber: () => 'The classes are called by numbers: they are in the order of their numbers.',
  emptyFolder: (folder: string) => `The folder "${folder}" has no picture, and is no class.`,
  tooManyClasses: (classes: string, most: string) => `There are ${classes} classes; at most ${most} can be used.`,
  pictureBroken: (name: string, reason: string) => `${name} cannot be read and is left out: ${reason}.`,
  readingPictures: () => 'Reading the pictures',
  picturesDropped: (dropped: string, most: string) =>
    `There are more pictures than fit into memory: ${most} of each class are used, ${dropped} are not.`,
  tooFewPictures: (name: string, has: string, needs: string) =>
    `The class "${name}" has ${has} picture${has === '1' ? '' : 's'} that can be read; at least ${needs} are needed.`,
  channelsOfPictures: (channels: string) => `The network takes images of ${channels} channels; pictures have 1 or 3.`,
  notReplayed: (mebibytes: string) =>
    `To run steps again from a recording would take more than ${mebibytes} MiB of memory, so they are put together anew each time. The results are the same; a run takes longer.`,
  fittedToMachine: (batch: string, channels: string, tests: string) =>
    `So that steps on images of this size take seconds here and fit into memory: ${batch} images a step, a generator width of ${channels}, ${tests} test images. All can be changed in the settings.`,
  lookedAtSome: (some: string, all: string) =>
    `Images of ${some} of the ${all} classes are looked at and shown while a run goes on; the method goes by all.`,
  settingsFitted: (setting: string, value: string) =>
    `There are too few pictures for the settings: “${setting}” is ${value} here.`,
  imagesPerClass: () => 'Real images a class',
  observationPerClass: () => 'Images for looking only',
  testImages: () => 'Test images',
  generatorSize: (network: string, size: string) =>
    `${network} takes images of ${size}; the generator makes square ones of 1 or 3 channels whose height is a multiple of 4.`,
  generatorSizeHint: () => 'Export the network for another image size.',
  oneOutput: (network: string) => `${network} has one output only: it tells no classes apart.`,
  oneOutputHint: () => 'Choose a network with an output for every class, also where there are two.',
  lowAccuracy: (percent: string, images: string) =>
    `The full-precision network gets ${percent} % of ${images} test images right. A trained network gets far more: the range of its pixels, their mean and deviation, or the order of the classes may be others.`,
  lowAccuracyBecause: (percent: string, images: string, cause: string, better: string) =>
    `The full-precision network gets ${percent} % of ${images} test images right; with ${cause} it gets ${better} %: that is likely how it was trained.`,
  both: (first: string, second: string) => `${first} and ${second}`,
  fedUnit: () => 'pixels from 0 to 1',
  fedSymmetric: () => 'pixels from −1 to 1',
  fedBytes: () => 'pixels from 0 to 255',
  fedImagenet: () => 'ImageNet’s mean and deviation',
  fedCaffe: () => 'pixels from 0 to 255 less ImageNet’s mean',
  channelsReversed: () => 'the channels in the order blue, green, red',
  classesReordered: () => 'the classes in another order',
  cannotReverse: (network: string) => `The channels of ${network} cannot be turned round.`,
  cannotReverseHint: () => 'Open it without that, or turn the first layer’s weights round where it is trained.',
  noMend: () => 'There is nothing to mend.',
  noMendHint: () => 'Open the network and the images anew.',
  pendingNetwork: (network: string, size: string, classes: string) =>
    `${network} is ready, but takes images of ${size} in ${classes} classes, and those in use are others.`,
  pendingNetworkHint: (classes: string) =>
    `Now open images of its ${classes} classes: they are brought to its size. Until then the network you had goes on.`,
  pendingImages: (classes: string, network: string, known: string) =>
    `The pictures have ${classes} classes, but ${network} knows ${known}.`,
  pendingImagesHint: (classes: string) =>
    `Now open a network for ${classes} classes. Until then the images you had go on.`,
  otherImagesHint: (classes: string) => `Give images of its ${classes} classes, or a network for those of the images.`,
  zipDamaged: (file: string) => `${file} is no zip archive, or it is cut off.`,
  zipLarge: (file: string) => `${file} is a zip archive of more than 4 GB, which is not read.`,
  zipPassword: (file: string) => `${file} is locked with a password.`,
  zipMethod: (file: string, method: string) => `${file} is compressed in a way that is not read (method ${method}).`,
  zipHint: () => 'Make the archive anew, without password, or choose the folder itself.',
  parquetDamaged: (file: string, reason: string) => `${file} cannot be read as a parquet table: ${reason}`,
  parquetHint: () =>
    'Choose the parquet files of an image dataset with a column of labels, as Hugging Face serves them.',
  noImageColumn: (columns: string) => `The table has no column of pictures; its columns are ${columns}.`,
  noLabelColumn: (columns: string) => `The table has no such column of labels; its columns are ${columns}.`,
  severalLabels: (columns: string, used: string) =>
    `The table has several columns of labels (${columns}); ${used} is used.`,
  notALabel: (value: string) => `A picture has the label ${value}, which is no class's number.`,
  partDamaged: () => 'a part of it is damaged',
  columnsMissing: () => 'its columns are not all there',
  tableListDamaged: () => 'the list of its parts is damaged',
  tableRows: (rows: string, most: string) => `it claims ${rows} rows, but a file of its size holds at most ${most}`,
  tableChunk: (column: string) => `its column “${column}” lies outside the file, or where another one is`,
  tablePage: (column: string) => `a part of its column “${column}” claims more than it holds`,
  tableRepeated: (column: string) => `its column “${column}” holds lists instead of one value a row`,
  tableEncoding: (column: string, encoding: string) =>
    `its column “${column}” is written in a way that is not read here (${encoding})`,
  labelBeyondNames: (label: string, names: string) => `A picture has the label ${label}, but there are ${names} names.`,
};
