/** Networks and images from Hugging Face and by address. */
export const enHub = {
  hub: {
    title: 'From Hugging Face or an address',
    help: [
      'Downloads a trained network, or some pictures of every class of a dataset, when you press one of these buttons, and not before. The page then asks huggingface.co, or the address that you enter, for these files; it sends nothing else, and never logs in anywhere.',
      'Everything is read, checked and used in this browser. What was downloaded from Hugging Face is kept here, so that it opens at once the next time, also without a network.',
    ],
    networks: 'Network',
    networkSource: 'Name or address of a network',
    networkExample: 'timm/resnet18.a1_in1k or https://…/model.onnx',
    networkHelp: [
      'A name on Hugging Face, or the address of model.json, of an .onnx or of a .safetensors file whose server lets other pages read it. The buttons are the paper’s four networks, with weights trained on ImageNet, and one trained on CIFAR-10.',
      'Networks of ImageNet take pictures of 224×224 pixels: a step takes seconds without a graphics card. With Imagenette, ten of its 1000 classes, the whole method can be tried.',
    ],
    images: 'Images',
    imagesSource: 'Name of an image dataset',
    imagesExample: 'uoft-cs/cifar10',
    imagesHelp: [
      'Any image dataset on Hugging Face with a column of labels. Columns, parts and names of classes are found; of its tables only the pieces are fetched that hold the pictures that are used.',
      'Calibration images come from the part for training, test images from the part for tests or validation.',
    ],
    perClass: 'Pictures a class, and as many for tests',
    version: 'Version (empty: the usual one)',
    load: 'Load',
    sizeOf: (name: string, megabytes: string) => `${name}: ${megabytes} MB`,
    fetching: (name: string) => `Fetching ${name}`,
    bytes: (loaded: string, total: string) => `${loaded} of ${total} MB`,
    bytesOnly: (loaded: string) => `${loaded} MB`,
    stop: 'Stop the download',
    kept: (megabytes: string) => `${megabytes} MB of downloads are kept in this browser.`,
    forget: 'Delete them',
    linked: {
      title: 'This link is about other material',
      network: (name: string) => `the network ${name}`,
      images: (name: string, count: string) => `${count} pictures of each class of ${name}`,
      asks: (what: string, from: string) =>
        `It asks for ${what}, from ${from}. Nothing has been fetched; until you agree, the page stays with what it brings along.`,
      load: 'Fetch and open them',
      stay: 'Stay with what is here',
    },
  },
};
