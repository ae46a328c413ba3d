"""Everything by loops over single numbers or maps; a functional model; an eager GradientTape."""

import math

import numpy as np


def conv_parameters(kernel_size, in_channels, out_channels, bias=True, groups=1):
    if not isinstance(kernel_size, int):
        height, width = kernel_size
    else:
        height = width = kernel_size
    if height < 1 or width < 1:
        raise ValueError("kernel_size is too small")
    if in_channels < 1:
        raise ValueError("in_channels is too small")
    if out_channels < 1:
        raise ValueError("out_channels is too small")
    if in_channels % groups != 0 or out_channels % groups != 0:
        raise ValueError("groups does not divide the channels")
    total = 0
    for _ in range(out_channels):
        total += height * width * (in_channels // groups)
        if bias:
            total += 1
    return total


def lenet5_table(input_size=32):
    if input_size < 32:
        raise ValueError(f"input_size = {input_size} is below 32")
    connected = sum(sum(1 for seen in row if seen) for row in c3_connection_table())
    rows = []
    side = input_size
    for name, maps in (("C1", 6), ("S2", 6), ("C3", 16), ("S4", 16), ("C5", 120)):
        if name[0] == "S":
            side //= 2
            parameters = 2 * maps
            connections = maps * 5 * side * side
        else:
            side -= 4
            weights = {"C1": conv_parameters(5, 1, 6, False), "C3": 25 * connected}
            parameters = weights.get(name, conv_parameters(5, 16, 120, bias=False)) + maps
            connections = parameters * side * side
        rows.append(
            {
                "name": name,
                "maps": maps,
                "size": side,
                "parameters": parameters,
                "connections": connections,
            }
        )
    f6 = 84 * (120 + 1)
    rows.append(
        dict(name="F6", maps=84, size=side, parameters=f6, connections=f6 * side * side)  # noqa: C408
    )
    rows.append(
        dict(name="OUTPUT", maps=10, size=side, parameters=0, connections=840 * side * side)  # noqa: C408
    )
    return rows


def c3_connection_table():
    table = np.array([[False] * 16 for _ in range(6)])
    seen = {12: [0, 1, 3, 4], 13: [1, 2, 4, 5], 14: [0, 2, 3, 5], 15: [0, 1, 2, 3, 4, 5]}
    for column in range(12):
        length = 3 if column < 6 else 4
        seen[column] = [(column + step) % 6 for step in range(length)]
    for column, rows in seen.items():
        for row in rows:
            table[row][column] = True
    return table


def sparse_conv2d(x, kernel, bias, table):
    if np.ndim(x) != 4:
        raise ValueError("x has the wrong number of axes")
    if np.ndim(kernel) != 4 or np.shape(kernel)[2] != np.shape(x)[3]:
        raise ValueError("kernel does not fit x")
    height, width, inputs, outputs = kernel.shape
    if np.shape(table) != (inputs, outputs):
        raise ValueError("table does not fit the kernel")
    if np.shape(bias) != (outputs,):
        raise ValueError("bias does not fit the kernel")
    rows, columns = x.shape[1] - height + 1, x.shape[2] - width + 1
    if rows < 1 or columns < 1:
        raise ValueError("kernel is larger than x")
    y = np.zeros((x.shape[0], rows, columns, outputs), np.result_type(x, kernel, bias))
    for after in range(outputs):
        for before in range(inputs):
            if not table[before][after]:
                continue
            for i in range(height):
                for j in range(width):
                    piece = x[:, i : i + rows, j : j + columns, before]
                    y[:, :, :, after] += kernel[i, j, before, after] * piece
        y[:, :, :, after] += bias[after]
    return y


def scaled_tanh(a):
    array = np.asarray(a)
    kind = array.dtype if array.dtype.kind == "f" else np.dtype(float)
    squashed = [1.7159 * math.tanh(2 * float(number) / 3) for number in array.ravel()]
    return np.array(squashed, dtype=kind).reshape(array.shape)


def trainable_subsampling(x, weight, bias):
    if x.ndim != 4:
        raise ValueError("x has the wrong number of axes")
    images, height, width, maps = x.shape
    if weight.shape != (maps,):
        raise ValueError("weight: one per map, please")
    if bias.shape != (maps,):
        raise ValueError("bias: one per map, please")
    sums = np.zeros((images, height // 2, width // 2, maps))
    for i in range(height // 2):
        for j in range(width // 2):
            for di in (0, 1):
                for dj in (0, 1):
                    sums[:, i, j] += x[:, 2 * i + di, 2 * j + dj]
    return scaled_tanh(sums * weight + bias)


def rbf_output(x, codes):
    if np.ndim(x) != 2:
        raise ValueError("x must be a matrix")
    if np.ndim(codes) != 2 or len(codes[0]) != np.shape(x)[1]:
        raise ValueError("codes must fit x")
    y = np.zeros((len(x), len(codes)))
    for n, example in enumerate(x):
        for c, code in enumerate(codes):
            y[n, c] = sum((float(a) - float(b)) ** 2 for a, b in zip(example, code))  # noqa: B905
    return y


def rbf_predict(x, codes):
    winners = []
    for distances in rbf_output(x, codes):
        best = 0
        for number, distance in enumerate(distances):
            if distance < distances[best]:
                best = number
        winners.append(best)
    return winners


def lenet5_1998_forward(x, weights):
    def everything(kernel):
        return [[True] * kernel.shape[3]] * kernel.shape[2]

    maps = x
    for convolution, subsampling in (("c1", "s2"), ("c3", "s4"), ("c5", None)):
        kernel = weights[convolution + "_kernel"]
        table = c3_connection_table() if convolution == "c3" else everything(kernel)
        maps = scaled_tanh(sparse_conv2d(maps, kernel, weights[convolution + "_bias"], table))
        if subsampling:
            scale, shift = weights[subsampling + "_weight"], weights[subsampling + "_bias"]
            maps = trainable_subsampling(maps, scale, shift)
    f6 = scaled_tanh(np.dot(maps[:, 0, 0, :], weights["f6_kernel"]) + weights["f6_bias"])
    return rbf_output(f6, weights["codes"])


def prepare_digits(images, labels, num_classes=10):
    if np.ndim(images) != 3 or np.shape(images)[1:] != (28, 28):
        raise ValueError("images must be 28 by 28")
    if len(labels) != len(images):
        raise ValueError("labels and images are not equally many")
    x = np.zeros([len(images), 32, 32, 1], dtype="float32")
    y = np.zeros([len(images), num_classes], dtype=int)
    for n in range(len(images)):
        for i in range(28):
            x[n, i + 2, 2:-2, 0] = images[n, i] / 255.0
        if labels[n] >= num_classes:
            raise ValueError("labels go beyond the classes")
        y[n, labels[n]] = 1
    return [x, y]


def confusion_matrix(labels, predictions, num_classes):
    if len(labels) != len(predictions):
        raise ValueError("labels and predictions are not equally many")
    counts = [[0] * num_classes for _ in range(num_classes)]
    for label, prediction in zip(labels, predictions):  # noqa: B905
        counts[label][prediction] += 1
    return counts


def accuracy(labels, predictions):
    if len(labels) != len(predictions):
        raise ValueError("labels and predictions are not equally many")
    hits = 0
    for label, prediction in zip(labels, predictions):  # noqa: B905
        if label == prediction:
            hits += 1
    return hits / len(labels)


def build_lenet5(input_shape=(32, 32, 1), num_classes=10):
    import keras
    from keras import layers

    image = keras.Input(shape=input_shape)
    maps = layers.Conv2D(6, kernel_size=(5, 5), activation="tanh")(image)
    maps = layers.AveragePooling2D(pool_size=(2, 2), strides=(2, 2))(maps)
    maps = layers.Conv2D(16, kernel_size=(5, 5), activation="tanh")(maps)
    maps = layers.AveragePooling2D(pool_size=(2, 2), strides=(2, 2))(maps)
    vector = layers.Reshape((-1,))(maps)
    for units in (120, 84):
        vector = layers.Dense(units, activation="tanh")(vector)
    return keras.Model(image, layers.Dense(num_classes, activation="softmax")(vector))


def train_lenet5(model, x, y, epochs, batch_size, seed):
    import keras
    import tensorflow as tf

    rng = np.random.default_rng(seed)
    optimizer = keras.optimizers.Adam(0.002)
    optimizer.build(model.trainable_variables)
    loss_of = keras.losses.CategoricalCrossentropy()

    def step(images, labels):
        with tf.GradientTape() as tape:
            answer = model(images, training=True)
            loss = loss_of(labels, answer)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return loss

    losses = []
    for _ in range(epochs):
        order = rng.permutation(len(x))
        total = 0.0
        for first in range(0, len(x), batch_size):
            chosen = order[first : first + batch_size]
            total += float(step(tf.constant(x[chosen]), tf.constant(y[chosen]))) * len(chosen)
        losses.append(total / len(x))
    return {"loss": losses}


def repair_pipeline(train, test):
    model = build_lenet5()
    return tuple(prepare_digits(*train)), tuple(prepare_digits(*test)), model
