/** Networks and datasets of the hub that are one click away. All of them are public and need no login. */
import type { DatasetRequest } from '../engine/data/images/types';

export interface NetworkEntry {
  name: string;
  source: string;
  /** Megabytes that come. */
  megabytes: number;
}

/** The paper's four, with timm's weights; and one for CIFAR-10's classes. */
export const NETWORK_ENTRIES: readonly NetworkEntry[] = [
  { name: 'ResNet-18', source: 'timm/resnet18.a1_in1k', megabytes: 47 },
  { name: 'MobileNetV1', source: 'timm/mobilenetv1_100.ra4_e3600_r224_in1k', megabytes: 17 },
  { name: 'MobileNetV2', source: 'timm/mobilenetv2_100.ra_in1k', megabytes: 14 },
  { name: 'RegNetX-600MF', source: 'timm/regnetx_006.pycls_in1k', megabytes: 25 },
  { name: 'ResNet-18, CIFAR-10', source: 'grodino/resnet18_cifar10', megabytes: 45 },
];

export interface DatasetEntry extends DatasetRequest {
  name: string;
}

/** Imagenette's classes among ImageNet's 1000, in the dataset's order. */
const IMAGENETTE_IN_IMAGENET = [0, 217, 482, 491, 497, 566, 569, 571, 574, 701];

export const DATASET_ENTRIES: readonly DatasetEntry[] = [
  { name: 'CIFAR-10', source: 'uoft-cs/cifar10', imagesPerClass: 60 },
  { name: 'CIFAR-100', source: 'uoft-cs/cifar100', label: 'fine_label', imagesPerClass: 12 },
  { name: 'Fashion-MNIST', source: 'zalando-datasets/fashion_mnist', imagesPerClass: 60 },
  {
    name: 'Imagenette',
    source: 'frgfm/imagenette',
    config: '320px',
    imagesPerClass: 40,
    outputs: IMAGENETTE_IN_IMAGENET,
  },
  { name: 'Tiny ImageNet', source: 'zh-plus/tiny-imagenet', imagesPerClass: 8 },
];

/** Images a class, to calibrate with and look at, and as many for tests, unless somebody says otherwise. */
export const IMAGES_PER_CLASS = 24;
