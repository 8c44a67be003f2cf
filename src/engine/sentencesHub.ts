/** What is said of downloads; part of `SENTENCES`. */
export const HUB_SENTENCES = {
  hubUnreachable: (server: string) => `${server} did not answer this page.`,
  hubOfflineHint: () => 'There is no connection to the network. What was loaded before stays; try again later.',
  hubUnreachableHint: (server: string) =>
    `Either it cannot be reached, or it does not let pages of other addresses read its files (CORS), which only ${server} can change. Download the files in a tab of their own and open them here. What was loaded before stays.`,
  hubInterrupted: (file: string) =>
    `The download of ${file} was interrupted, and did not go on after several attempts.`,
  hubInterruptedHint: () => 'Check the connection and try again. What was loaded before stays.',
  hubBusy: (server: string, status: string) =>
    `${server} cannot answer now (status ${status}), also after several attempts.`,
  hubBusyHint: () => 'Try again in a few minutes. What was loaded before stays.',
  hubNotFound: (server: string, file: string) => `${server} has no “${file}”, or not for everybody.`,
  hubNotFoundHint: () => 'Check the name or the address: upper and lower case count. What was loaded before stays.',
  hubGated: (file: string) => `“${file}” is given only to people who have agreed to its terms.`,
  hubForbidden: (server: string, file: string) => `${server} does not give out “${file}” without a login.`,
  hubGatedHint: () =>
    'This page never logs in anywhere. Log in there in a tab of its own, download the files, and open them here.',
  hubStatus: (server: string, status: string, file: string) => `${server} answers with status ${status} for “${file}”.`,
  hubPage: (file: string) => `“${file}” is a web page, not a file.`,
  hubPageHint: () => 'Take the address of the file itself: on GitHub and Hugging Face that of the button “Download”.',
  hubTooLarge: (file: string, has: string, most: string) => `“${file}” has ${has} MB; at most ${most} are loaded.`,
  hubTooLargeHint: () => 'Choose a smaller network.',
  hubEmpty: (file: string) => `“${file}” is empty.`,
  hubSize: (file: string, got: string, size: string) => `“${file}” has ${got} bytes or more, but should have ${size}.`,
  hubSum: (file: string) => `“${file}” is not the file that the hub lists: its checksum (SHA-256) is another.`,
  hubLies: (server: string, file: string) => `${server} sends other parts of “${file}” than it was asked for.`,
  hubLiesHint: () => 'Try again. If it happens again, something between here and there changes the files.',
  hubNoRanges: (server: string) => `${server} gives out whole files only.`,
  hubNoRangesHint: () => 'Download the parquet file in a tab of its own, and open it here.',
  hubListing: (name: string) => `The answer about “${name}” is none that this page understands.`,

  hubBadName: (name: string) => `“${name}” is neither an address nor a name on the hub.`,
  hubBadNameHint: () =>
    'A name on the hub has the form owner/name, for example timm/resnet18.a1_in1k; an address begins with https://.',
  hubNotSecure: (address: string) => `${address} is not encrypted, and a page like this one may not read from there.`,
  hubNotSecureHint: () => 'Use an address that begins with https://.',
  hubNoNetwork: (name: string, files: string) => `“${name}” has no network that can be opened; its files are ${files}.`,
  hubDatasetGiven: (name: string) => `“${name}” is a dataset, not a network.`,
  hubDatasetGivenHint: () => 'Enter it under images.',
  hubUnknownFile: (file: string) => `“${file}” is no network file that can be opened.`,
  hubNoConfiguration: () => 'There is no config.json beside the weights.',

  hubNoTables: (name: string) => `The dataset “${name}” has no parquet tables.`,
  hubNoLabels: (name: string) => `The tables of “${name}” have no labels.`,
  hubNoTablesHint: () =>
    'The hub makes them of most datasets with pictures, after a while. Choose another dataset, or download this one and open it here.',
  hubNoSuchPart: (part: string, parts: string) => `The dataset has no part “${part}”; it has ${parts}.`,
  hubNoSuchPartHint: () => 'Choose one of these.',
  hubSeveralParts: (parts: string, used: string) => `The dataset has several versions (${parts}); ${used} is used.`,
  hubSplits: (calibration: string, test: string) =>
    `Calibration images are from “${calibration}”, test images from “${test}”.`,
  hubOneSplit: (split: string) =>
    `All images are from “${split}”, the only part with labels: half of each class is for tests.`,
  hubFewer: (name: string, has: string, wanted: string) =>
    `Of the class “${name}” there are ${has} pictures, not ${wanted}.`,
  hubUnlabelled: (count: string) => `${count} rows without a label were left out.`,
  hubNotKept: () =>
    'There is no room in this browser to keep what was downloaded: it is used now, and downloaded anew the next time.',
  outputsNotThere: (network: string, output: string) =>
    `The images are of some classes of ImageNet, but ${network} has no output ${output} to choose.`,
  outputsNotThereHint: () => 'Open a network that was trained on the 1000 classes of ImageNet, or on these classes.',
  pendingImagenetHint: (classes: string) =>
    `Now open images of its ${classes} classes, or Imagenette from Hugging Face, which has ten of ImageNet’s: then the outputs of these are used. Until then the network you had goes on.`,
  outputsSelected: (all: string, used: string) =>
    `Of the ${all} outputs of the network, the ${used} of these classes are used: it says which of them a picture shows.`,
  hubReadingTables: () => 'Looking up where the pictures are',
  hubReadingPictures: () => 'Downloading pictures',
  hubReadingNetwork: (name: string) => `Downloading ${name}`,
};
