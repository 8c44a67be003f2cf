"""The steps of the method in PyTorch: what `npm run bench -- --pytorch PYTHON` compares the engine with.

Arguments: number of threads; "wall" or "cpu", the clock. Each line on stdin names what to run once, and is answered by a line
with its seconds: "matrixProduct" (1024^3), "generatorStep 16", "studentStep 16" (images in each of a step's two batches).
"versions" is answered by a JSON object. The generator (128 channels, 32x32) and a ResNet-20 (widths 16, 32, 64) have random
weights; time does not depend on them.
"""
import json
import platform
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F


class ConditionalBatchNorm(nn.Module):
    def __init__(self, channels, classes, eps):
        super().__init__()
        self.eps = eps
        self.scale = nn.Embedding(classes, channels)
        self.shift = nn.Embedding(classes, channels)
        nn.init.ones_(self.scale.weight)
        nn.init.zeros_(self.shift.weight)

    def forward(self, x, labels):
        y = F.batch_norm(x, None, None, training=True, eps=self.eps)
        return y * self.scale(labels)[:, :, None, None] + self.shift(labels)[:, :, None, None]


class Generator(nn.Module):
    def __init__(self, channels=128, size=32, latent=100, classes=10):
        super().__init__()
        self.channels, self.size = channels, size
        self.dense = nn.Linear(latent, channels * (size // 4) ** 2)
        self.bn0 = ConditionalBatchNorm(channels, classes, 1e-5)
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.bn1 = ConditionalBatchNorm(channels, classes, 0.8)
        self.conv2 = nn.Conv2d(channels, channels // 2, 3, padding=1)
        self.bn2 = ConditionalBatchNorm(channels // 2, classes, 0.8)
        self.conv3 = nn.Conv2d(channels // 2, 3, 3, padding=1)

    def forward(self, z, labels):
        h = self.dense(z).view(-1, self.channels, self.size // 4, self.size // 4)
        h = F.interpolate(self.bn0(h, labels), scale_factor=2)
        h = F.leaky_relu(self.bn1(self.conv1(h), labels), 0.2)
        h = F.interpolate(h, scale_factor=2)
        h = F.leaky_relu(self.bn2(self.conv2(h), labels), 0.2)
        return F.batch_norm(torch.tanh(self.conv3(h)), None, None, training=True)


class ResNet20(nn.Module):
    def __init__(self, widths=(16, 32, 64), blocks=3, classes=10):
        super().__init__()
        self.convs, self.bns, self.plan = nn.ModuleList(), nn.ModuleList(), []
        channels = widths[0]
        self.add(3, channels, 3, 1)
        for stage, width in enumerate(widths):
            for block in range(blocks):
                stride = 2 if stage > 0 and block == 0 else 1
                first = self.add(channels, width, 3, stride)
                second = self.add(width, width, 3, 1)
                shortcut = self.add(channels, width, 1, stride) if stride != 1 or channels != width else None
                self.plan.append((first, second, shortcut))
                channels = width
        self.fc = nn.Linear(channels, classes)
        self.weight = lambda w: w
        self.activation = lambda x: x

    def add(self, i, o, k, s):
        self.convs.append(nn.Conv2d(i, o, k, stride=s, padding=k // 2, bias=False))
        self.bns.append(nn.BatchNorm2d(o))
        return len(self.convs) - 1

    def block(self, at, x):
        conv = self.convs[at]
        return self.bns[at](F.conv2d(x, self.weight(conv.weight), None, conv.stride, conv.padding))

    def forward(self, x):
        relu = lambda v: self.activation(F.relu(v))
        h = relu(self.block(0, x))
        for first, second, shortcut in self.plan:
            y = self.block(second, relu(self.block(first, h)))
            h = relu(y + (h if shortcut is None else self.block(shortcut, h)))
        return F.linear(h.mean([2, 3]), self.weight(self.fc.weight), self.fc.bias)


class FakeQuantize(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, lo, hi, bits):
        scale = (2 ** bits - 1) / torch.clamp(hi - lo, min=1e-8)
        zero = torch.round(scale * lo) + 2 ** (bits - 1)
        q = torch.clamp(torch.round(scale * x - zero), -(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
        return (q + zero) / scale

    @staticmethod
    def backward(ctx, gradient):
        return gradient, None, None, None


def quantized_weight(w):
    flat = w.detach().reshape(w.shape[0], -1)
    shape = [-1] + [1] * (w.dim() - 1)
    return FakeQuantize.apply(w, flat.min(1).values.view(shape), flat.max(1).values.view(shape), 3)


def generator_step(batch):
    """Two batches of `batch` images, mixed and single-class, one after the other, as the program does."""
    generator, teacher = Generator(), ResNet20().eval()
    for p in teacher.parameters():
        p.requires_grad_(False)
    optimizer = torch.optim.Adam(generator.parameters(), lr=1e-3, betas=(0.5, 0.999))
    statistics = []
    for bn in teacher.bns:
        bn.register_forward_hook(lambda m, i, o: statistics.append((i[0].mean([0, 2, 3]), i[0].var([0, 2, 3], unbiased=False))))
    centers = [(torch.zeros(bn.num_features), torch.ones(bn.num_features)) for bn in teacher.bns]
    start = (len(centers) + 1) // 2 - 2

    def distance(found, wanted):
        return sum(F.mse_loss(m, a) + F.mse_loss(v, b) for (m, v), (a, b) in zip(found, wanted)) / len(found)

    def step():
        optimizer.zero_grad()
        labels = torch.randint(10, (batch,))
        statistics.clear()
        logits = teacher(generator(torch.randn(batch, 100), labels))
        running = [(bn.running_mean, bn.running_var) for bn in teacher.bns]
        loss = 0.5 * F.cross_entropy(logits, labels) + 0.2 * distance(statistics, running)
        labels = torch.full((batch,), 3)
        statistics.clear()
        logits = teacher(generator(torch.randn(batch, 100), labels))
        noisy = [(m + 0.5 * torch.randn_like(m), v + torch.randn_like(v)) for m, v in centers]
        loss = loss + 0.5 * F.cross_entropy(logits, labels)
        loss = loss + 0.9 * distance(statistics[start:], noisy[start:]) + 0.01 * distance(statistics[start:], centers[start:])
        loss.backward()
        optimizer.step()

    return step


def student_step(batch):
    """`batch` calibration and `batch` synthetic images; W3A3 of all layers; without augmentation, as on the other side."""
    generator, teacher, student = Generator(), ResNet20().eval(), ResNet20().eval()
    student.load_state_dict(teacher.state_dict())
    student.weight = quantized_weight
    lo, hi = torch.tensor(0.0), torch.tensor(3.0)
    student.activation = lambda x: FakeQuantize.apply(x, lo, hi, 3)
    optimizer = torch.optim.SGD(student.parameters(), lr=1e-6, momentum=0.9, weight_decay=1e-4, nesterov=True)
    real = torch.randn(batch, 3, 32, 32)
    labels = torch.randint(10, (2 * batch,))

    def step():
        with torch.no_grad():
            images = torch.cat([real, generator(torch.randn(batch, 100), labels[batch:])])
            target = teacher(images)
        optimizer.zero_grad()
        logits = student(images)
        divergence = F.kl_div(F.log_softmax(logits / 20, 1), F.softmax(target / 20, 1), reduction="batchmean")
        loss = F.cross_entropy(logits, labels) + 20 * 400 * divergence
        loss.backward()
        optimizer.step()

    return step


def matrix_product():
    a, b = torch.randn(1024, 1024), torch.randn(1024, 1024)
    return lambda: a @ b


def main():
    torch.set_num_threads(int(sys.argv[1]))
    clock = time.process_time if sys.argv[2] == "cpu" else time.perf_counter
    torch.manual_seed(1)
    made = {}
    for line in sys.stdin:
        name, *arguments = line.split()
        if name == "versions":
            answer = json.dumps({"torch": torch.__version__, "python": platform.python_version(), "threads": torch.get_num_threads()})
        else:
            if line not in made:
                make = {"matrixProduct": matrix_product, "generatorStep": generator_step, "studentStep": student_step}[name]
                made[line] = make(*map(int, arguments))
            start = clock()
            made[line]()
            answer = clock() - start
        print(answer, flush=True)


main()
