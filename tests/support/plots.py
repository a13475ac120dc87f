"""The geometry of plots."""


def points_of(line):
    return [tuple(map(float, point.split(","))) for point in line.split()]


def inside(plot):
    places = [(bar.x, bar.y, bar.x + bar.width, bar.y + bar.height) for bar in plot.bars]
    places += [place * 2 for line in (plot.points, plot.band, plot.diagonal) for place in points_of(line)]
    places += [(label.x, label.y) * 2 for label in plot.labels + plot.grid]
    return all(
        0 <= left <= right <= plot.width and 0 <= top <= bottom <= plot.height for left, top, right, bottom in places
    )
