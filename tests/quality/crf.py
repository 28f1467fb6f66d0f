"""A linear-chain conditional random field with a quadratic penalty, fitted by L-BFGS; needs numpy."""

from collections import Counter
from collections.abc import Callable

import msgspec
import numpy as np  # type: ignore[import-not-found,unused-ignore]  # only who fits the model needs it

from services.normalize.fields.line_labels import LABELS, STATES, follows, may_open
from tests.quality.line_truth import Sample

ALLOWED = np.array([[follows(one, two) for two in STATES] for one in STATES])
ROUNDS = 120
MEMORY = 8
LEAST_TURN, LEAST_GAIN = 1e-10, 1e-5


class Fitted(msgspec.Struct, kw_only=True):
    """Weights of features for labels, of states for the next, and of states at the ends."""

    names: dict[str, int]
    emit: np.ndarray
    move: np.ndarray
    first: np.ndarray
    last: np.ndarray


LABEL_OF = np.array([LABELS.index(state.label) for state in STATES])
STARTS = np.array([may_open(state) for state in STATES])
TOPIC = ("words of the article", "a name of the article", "all names are of the article")
TOPIC_PENALTY = 6.0  # the corpora's subheads stand in other articles than their own; real ones share more words


class Batch:
    """Samples of like length, padded; and all their features flat."""

    def __init__(self, samples: list[Sample], names: dict[str, int]) -> None:
        order = sorted(range(len(samples)), key=lambda n: len(samples[n].states))
        self.samples = [samples[n] for n in order]
        rows = [row for sample in self.samples for row in sample.features]
        self.flat = np.array([names.get(name, len(names)) for row in rows for name in row])
        self.starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])])[:-1]
        self.line_of = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
        self.truth = np.array([state for sample in self.samples for state in sample.states])
        self.lengths = np.array([len(sample.states) for sample in self.samples])
        self.offsets = np.concatenate([[0], np.cumsum(self.lengths)])
        self.chunks = [range(at, min(at + 64, len(self.samples))) for at in range(0, len(self.samples), 64)]


def fit(samples: list[Sample], penalty: float, rounds: int = ROUNDS) -> Fitted:
    """The weights of the least loss."""
    counts = Counter(name for sample in samples for row in sample.features for name in row)
    names = {name: number for number, name in enumerate(sorted(name for name, count in counts.items() if count >= 8))}
    batch = Batch(samples, names)
    wide, states = len(LABELS), len(STATES)
    shapes = [(len(names) + 1, wide), (states, states), (states,), (states,)]
    sizes = [int(np.prod(shape)) for shape in shapes]

    rows = np.full((len(names) + 1, wide), penalty)
    for name, number in names.items():
        if name.startswith(TOPIC):
            rows[number] *= TOPIC_PENALTY
    penalties = np.concatenate([rows.ravel(), np.full(sum(sizes[1:]), penalty)])

    def unpack(flat: np.ndarray) -> list[np.ndarray]:
        parts = np.split(flat, np.cumsum(sizes)[:-1])
        return [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        emit, move, first, last = unpack(flat)
        value, grads = _loss(batch, emit, move, first, last)
        grads[0][-1] = 0
        gradient = np.concatenate([grad.ravel() for grad in grads]) + penalties * flat
        return value + float(penalties @ (flat * flat)) / 2, gradient

    emit, move, first, last = unpack(_lbfgs(loss, np.zeros(sum(sizes)), rounds))
    return Fitted(names=names, emit=emit, move=move, first=first, last=last)


def _scores(batch: Batch, emit: np.ndarray) -> np.ndarray:
    return np.add.reduceat(emit[batch.flat], batch.starts, axis=0)


def _loss(batch: Batch, emit, move, first, last):  # type: ignore[no-untyped-def]
    scores = _scores(batch, emit)[:, LABEL_OF]
    grad_line = np.zeros_like(scores)
    grad_move, grad_first, grad_last = np.zeros_like(move), np.zeros_like(first), np.zeros_like(last)
    moves = np.where(ALLOWED, np.exp(move), 0.0)
    begin = np.where(STARTS, np.exp(first), 0.0)
    close = np.exp(last)
    value = 0.0
    for chunk in batch.chunks:
        value += _chunk(batch, chunk, scores, moves, begin, close, grad_line, grad_move, grad_first, grad_last)  # type: ignore[no-untyped-call]
    rows = np.arange(len(batch.truth))
    value -= scores[rows, batch.truth].sum()
    grad_line[rows, batch.truth] -= 1
    starts, ends = batch.offsets[:-1], batch.offsets[1:] - 1
    inner = np.ones(len(rows), bool)
    inner[ends] = False
    one, two = batch.truth[:-1][inner[:-1]], batch.truth[1:][inner[:-1]]
    value -= move[one, two].sum() + first[batch.truth[starts]].sum() + last[batch.truth[ends]].sum()
    np.add.at(grad_move, (one, two), -1)
    np.add.at(grad_first, batch.truth[starts], -1)
    np.add.at(grad_last, batch.truth[ends], -1)
    by_label = np.zeros((len(rows), len(LABELS)))
    for state, label_ in enumerate(LABEL_OF):
        by_label[:, label_] += grad_line[:, state]
    grad_emit = np.stack(
        [
            np.bincount(batch.flat, weights=by_label[batch.line_of, n], minlength=emit.shape[0])
            for n in range(len(LABELS))
        ],
        axis=1,
    )
    return value, [grad_emit, grad_move, grad_first, grad_last]


def _chunk(batch, chunk, scores, moves, begin, close, grad_line, grad_move, grad_first, grad_last):  # type: ignore[no-untyped-def]
    lengths = batch.lengths[chunk.start : chunk.stop]
    longest, count, states = int(lengths.max()), len(lengths), scores.shape[1]
    odds = np.ones((longest, count, states))
    shift = 0.0
    for n, doc in enumerate(chunk):
        part = scores[batch.offsets[doc] : batch.offsets[doc + 1]]
        top = part.max(axis=1, keepdims=True)
        odds[: lengths[n], n] = np.exp(part - top)
        shift += float(top.sum())
    alpha = np.zeros((longest, count, states))
    scale = np.ones((longest, count))
    for t in range(longest):
        live = lengths > t
        a = begin * odds[0] if t == 0 else (alpha[t - 1] @ moves) * odds[t]
        total = a.sum(axis=1)
        total = np.where(live, total, 1.0)
        alpha[t] = np.where(live[:, None], a / total[:, None], 0)
        scale[t] = total
    beta = np.zeros((longest, count, states))
    for t in range(longest - 1, -1, -1):
        ends = lengths == t + 1
        live = lengths > t + 1
        if t + 1 < longest:
            onward = (beta[t + 1] * odds[t + 1] / scale[t + 1][:, None]) @ moves.T
            beta[t] = np.where(live[:, None], onward, 0)
        beta[t] = np.where(ends[:, None], close, beta[t])
    finals = np.array([float(alpha[lengths[n] - 1, n] @ close) for n in range(count)])
    for n, doc in enumerate(chunk):
        size_ = lengths[n]
        shares = alpha[:size_, n] * beta[:size_, n] / finals[n]
        grad_line[batch.offsets[doc] : batch.offsets[doc + 1]] += shares
        grad_first += shares[0]
        grad_last += shares[-1]
    for t in range(1, longest):
        live = lengths > t
        onward = np.where(live[:, None], beta[t] * odds[t] / scale[t][:, None] / finals[:, None], 0)
        grad_move += moves * (alpha[t - 1].T @ onward)
    live = np.arange(longest)[:, None] < lengths[None, :]
    return float(np.log(scale[live]).sum() + np.log(finals).sum() + shift)


def _lbfgs(loss: Callable[[np.ndarray], tuple[float, np.ndarray]], start: np.ndarray, rounds: int) -> np.ndarray:
    at = start
    value, slope = loss(at)
    pasts: list[tuple[np.ndarray, np.ndarray]] = []
    for _ in range(rounds):
        way = _direction(slope, pasts)
        then, next_value, next_slope = _step(loss, at, value, slope, way)
        step, turn = then - at, next_slope - slope
        if float(step @ turn) > LEAST_TURN:
            pasts = [*pasts, (step, turn)][-MEMORY:]
        done = value - next_value < LEAST_GAIN * abs(value)
        at, value, slope = then, next_value, next_slope
        if done:
            break
    return at


def _direction(slope: np.ndarray, pasts: list[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    way = slope.copy()
    if not pasts:
        return way / max(1.0, float(np.abs(way).sum()) / 10)
    shares = []
    for step, turn in reversed(pasts):
        share = step @ way / (turn @ step)
        shares.append(share)
        way -= share * turn
    step, turn = pasts[-1]
    way *= step @ turn / (turn @ turn)
    for (step, turn), share in zip(pasts, reversed(shares), strict=True):
        way += step * (share - turn @ way / (turn @ step))
    return way


def _step(
    loss: Callable[[np.ndarray], tuple[float, np.ndarray]],
    at: np.ndarray,
    value: float,
    slope: np.ndarray,
    way: np.ndarray,
) -> tuple[np.ndarray, float, np.ndarray]:
    """As far along the way as the loss falls enough, halving."""
    size = 1.0
    then = at - size * way
    found = loss(then)
    for _ in range(12):
        if found[0] <= value - 1e-4 * size * float(slope @ way):
            break
        size /= 2
        then = at - size * way
        found = loss(then)
    return then, *found


def decode_states(fitted: Fitted, samples: list[Sample]) -> list[list[int]]:
    """The likeliest states of each sample."""
    answers = []
    moves = np.where(ALLOWED, fitted.move, -1e9)
    begin = np.where(STARTS, fitted.first, -1e9)
    for sample in samples:
        batch = Batch([sample], fitted.names)
        scores = _scores(batch, fitted.emit)[:, LABEL_OF]
        best, back = begin + scores[0], []
        for row in scores[1:]:
            table = best[:, None] + moves
            back.append(table.argmax(axis=0))
            best = table.max(axis=0) + row
        state = int((best + fitted.last).argmax())
        path = [state]
        for pointers in reversed(back):
            state = int(pointers[state])
            path.append(state)
        answers.append(path[::-1])
    return answers
