# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""The compiled twin of ``moved_weights.py``, which is the definition: the same bits."""

cimport cython
from libc.math cimport isnan
from libc.stdint cimport int8_t, int32_t, int64_t
from libc.stdlib cimport free, realloc

import numpy as np

cdef enum:
    UNCHANGED, STEPPED, TOO_FAR, TOO_LARGE, TOO_MUCH
    OUTSIDE = -2
    NO_MEMORY = -3


cdef struct Limits:
    double margin
    double client2
    double vote2
    double cap2
    double distance2
    bint all_allowed


cdef struct Size:
    double size2
    double distance2


include "../features/_row_sums.pxi"


cdef inline double side_of(Py_ssize_t row, Py_ssize_t n_rows, int32_t target) noexcept nogil:
    return 1 if target == (row if n_rows > 1 else 1) else -1


@cython.final
cdef class Walk:
    """Goes through ballots until one would take a step; made anew whenever an array is replaced."""

    cdef const int32_t[::1] target, client, places
    cdef const int64_t[::1] start
    cdef const unsigned char[::1] alive, trusted
    cdef double[:, ::1] norm
    cdef const double[:, ::1] ratio, ratio2
    cdef const double[::1] intercept
    cdef bint has_ratio, uniform

    def __init__(self, ballots, const double[::1] intercept):
        self.target, self.client, self.places = ballots.target, ballots.client, ballots.places
        self.start, self.norm, self.uniform = ballots.start, ballots.norm, ballots.uniform
        self.alive, self.trusted = ballots.alive.view(np.uint8), ballots.trusted.view(np.uint8)
        self.has_ratio = ballots.space.ratio is not None
        if self.has_ratio:
            self.ratio, self.ratio2 = ballots.space.ratio, ballots.space.ratio2
        self.intercept = intercept

    def find(
        self,
        cython.floating[:, ::1] weights,
        const cython.floating[:, ::1] base,
        const cython.floating[::1] values,
        const double[::1] used,
        int8_t[::1] found,
        Py_ssize_t first,
        Py_ssize_t stop,
        *,
        double margin,
        double client2,
        double vote2,
        double cap2,
        double distance2,
        bint all_allowed,
    ):
        """Return which ballot takes the next step, the new weights, the size and the distance after it.

        None stands for no ballot. The outcomes of those before it are written down.
        """
        cdef Limits limits = Limits(margin, client2, vote2, cap2, distance2, all_allowed)
        cdef Size size = Size(0, 0)
        cdef Py_ssize_t index, n_rows = weights.shape[0], low
        cdef cython.floating[:, ::1] new
        self.check(stop, found.shape[0] - (stop - first), n_rows, base.shape[0], weights.shape[1] - base.shape[1])
        with nogil:
            index = self.walk(weights, base, values, used, found, first, stop, &limits, &size)
        if index == OUTSIDE:
            raise ValueError("ballots must lie inside of the weights")
        if index == NO_MEMORY:
            raise MemoryError
        if index == stop:
            return None
        low = self.start[index]
        array = np.empty((n_rows, self.start[index + 1] - low), np.asarray(weights).dtype)
        new = array
        self.renew(weights, values, index, low, new, margin)
        return index, array, size.size2, size.distance2

    cdef int check(
        self, Py_ssize_t stop, Py_ssize_t room, Py_ssize_t n_rows, Py_ssize_t base_rows, Py_ssize_t columns
    ) except -1:
        cdef Py_ssize_t n = min(self.target.shape[0], self.client.shape[0], self.alive.shape[0], self.trusted.shape[0])
        fits = room >= 0 and columns == 0 and n_rows == base_rows == self.norm.shape[0] == self.intercept.shape[0]
        fits &= 0 <= stop <= min(n, self.norm.shape[1], self.start.shape[0] - 1)
        if not fits:
            raise ValueError("the arrays must fit each other")
        return 0

    cdef Py_ssize_t walk(
        self,
        const cython.floating[:, ::1] weights,
        const cython.floating[:, ::1] base,
        const cython.floating[::1] values,
        const double[::1] used,
        int8_t[::1] found,
        Py_ssize_t first,
        Py_ssize_t stop,
        const Limits* limits,
        Size* size,
    ) noexcept nogil:
        cdef double* terms = NULL
        cdef double* larger
        cdef Py_ssize_t index = first, low, n, room = 0
        cdef int outcome
        while index < stop:
            low, n = self.start[index], self.start[index + 1] - self.start[index]
            if low < 0 or n < 0 or low + n > self.places.shape[0] or not 0 <= self.client[index] < used.shape[0]:
                index = OUTSIDE
                break
            if n >= room:
                room = 2 * n + 1024
                larger = <double*> realloc(terms, room * sizeof(double))
                if larger == NULL:
                    index = NO_MEMORY
                    break
                terms = larger
            outcome = self.judge(weights, base, values, used, index, low, n, limits, size, terms)
            if outcome == OUTSIDE:
                index = OUTSIDE
                break
            if outcome == STEPPED:
                break
            found[index - first] = <int8_t> outcome
            index += 1
        free(terms)
        return index

    cdef int judge(
        self,
        const cython.floating[:, ::1] weights,
        const cython.floating[:, ::1] base,
        const cython.floating[::1] values,
        const double[::1] used,
        Py_ssize_t index,
        Py_ssize_t low,
        Py_ssize_t n,
        const Limits* limits,
        Size* size,
        double* terms,
    ) noexcept nogil:
        """Return how a ballot ends; where it steps, how far."""
        cdef Py_ssize_t row, i, place, n_rows = weights.shape[0]
        cdef double side, slack, tau, before, after, origin, added = 0, size2 = 0
        cdef bint steps = False
        cdef cython.floating x = 0, moved
        if self.uniform:
            if index >= values.shape[0]:
                return OUTSIDE
            x = values[index]
        elif low + n > values.shape[0]:
            return OUTSIDE
        if not self.alive[index]:
            return UNCHANGED
        for i in range(n):
            if not 0 <= self.places[low + i] < weights.shape[1]:
                return OUTSIDE
        for row in range(n_rows):
            if self.slack(weights, values, x, row, index, low, n, limits.margin, terms) > 0:
                steps |= self.norm_of(values, x, row, index, low, n, terms) > 0
        if not steps:
            return UNCHANGED
        for row in range(n_rows):
            side = side_of(row, n_rows, self.target[index])
            tau = self.tau(weights, values, x, row, index, low, n, limits.margin, terms)
            for i in range(n):
                place = self.places[low + i]
                moved = self.moved(weights[row, place], values, x, row, low + i, side * tau)
                before, after = weights[row, place], moved
                terms[i] = (after - before) * (after - before)
            size2 += row_sum(terms, n)
            for i in range(n):
                place = self.places[low + i]
                moved = self.moved(weights[row, place], values, x, row, low + i, side * tau)
                before, after, origin = weights[row, place], moved, base[row, place]
                terms[i] = (after - origin) * (after - origin) - (before - origin) * (before - origin)
            added += row_sum(terms, n)
        size.size2, size.distance2 = size2, limits.distance2 + added
        return self.bound(index, used[self.client[index]], limits, size)

    cdef int bound(self, Py_ssize_t index, double used, const Limits* limits, const Size* size) noexcept nogil:
        if limits.all_allowed:
            return STEPPED
        cdef bint trusted = self.trusted[index], too_far = size.distance2 > limits.cap2
        if (not trusted and size.size2 > limits.vote2) or (too_far and size.size2 > limits.cap2):
            return TOO_LARGE
        if too_far:
            return TOO_FAR
        return TOO_MUCH if not trusted and used + size.size2 > limits.client2 else STEPPED

    cdef double slack(
        self,
        const cython.floating[:, ::1] weights,
        const cython.floating[::1] values,
        cython.floating x,
        Py_ssize_t row,
        Py_ssize_t index,
        Py_ssize_t low,
        Py_ssize_t n,
        double margin,
        double* terms,
    ) noexcept nogil:
        cdef Py_ssize_t i
        cdef double side = side_of(row, weights.shape[0], self.target[index])
        cdef const int32_t* places = &self.places[low]
        cdef const cython.floating* of_row = &weights[row, 0]
        if self.uniform:
            for i in range(n):
                terms[i] = <double> x * <double> of_row[places[i]]
        else:
            for i in range(n):
                terms[i] = <double> values[low + i] * <double> of_row[places[i]]
        return margin - side * (row_sum(terms, n) + self.intercept[row])

    cdef double norm_of(
        self,
        const cython.floating[::1] values,
        cython.floating x,
        Py_ssize_t row,
        Py_ssize_t index,
        Py_ssize_t low,
        Py_ssize_t n,
        double* terms,
    ) noexcept nogil:
        cdef Py_ssize_t i
        cdef double scaled
        if isnan(self.norm[row, index]):
            for i in range(n):
                scaled = x if self.uniform else values[low + i]
                if self.has_ratio:
                    scaled = scaled * self.ratio[row, self.places[low + i]]
                terms[i] = scaled * scaled
            self.norm[row, index] = pairwise_sum(terms, n)
        return self.norm[row, index]

    cdef double tau(
        self,
        const cython.floating[:, ::1] weights,
        const cython.floating[::1] values,
        cython.floating x,
        Py_ssize_t row,
        Py_ssize_t index,
        Py_ssize_t low,
        Py_ssize_t n,
        double margin,
        double* terms,
    ) noexcept nogil:
        cdef double slack = self.slack(weights, values, x, row, index, low, n, margin, terms)
        if slack > 0 and self.norm_of(values, x, row, index, low, n, terms) > 0:
            return slack / self.norm[row, index]
        return 0

    cdef inline cython.floating moved(
        self,
        cython.floating old,
        const cython.floating[::1] values,
        cython.floating x,
        Py_ssize_t row,
        Py_ssize_t at,
        double pull,
    ) noexcept nogil:
        cdef double step = x if self.uniform else values[at]
        if self.has_ratio:
            step = step * self.ratio2[row, self.places[at]]
        return <cython.floating> (<double> old + step * pull)

    cdef int renew(
        self,
        const cython.floating[:, ::1] weights,
        const cython.floating[::1] values,
        Py_ssize_t index,
        Py_ssize_t low,
        cython.floating[:, ::1] new,
        double margin,
    ) except -1:
        """Write the weights after the step of a ballot that was judged."""
        cdef Py_ssize_t row, i, n = new.shape[1], n_rows = weights.shape[0]
        cdef double[::1] terms = np.empty(n + 1)
        cdef double pull
        cdef cython.floating x = values[index] if self.uniform else 0
        for row in range(n_rows):
            pull = self.tau(weights, values, x, row, index, low, n, margin, &terms[0])
            pull = side_of(row, n_rows, self.target[index]) * pull
            for i in range(n):
                new[row, i] = self.moved(weights[row, self.places[low + i]], values, x, row, low + i, pull)
        return 0


def add_products(
    const int32_t[::1] document,
    const double[::1] value,
    const int64_t[::1] start,
    const int64_t[::1] places,
    const double[::1] steps,
    double[::1] sums,
):
    """Add a change of weights to the decision values of documents; all are whole numbers below 2**53."""
    cdef Py_ssize_t i, at
    for i in range(places.shape[0]):
        if not 0 <= places[i] < start.shape[0] - 1 or start[places[i]] < 0:
            raise ValueError("places must lie inside of the weights")
    if steps.shape[0] != places.shape[0] or start[start.shape[0] - 1] > min(document.shape[0], value.shape[0]):
        raise ValueError("the arrays must fit each other")
    with nogil:
        for i in range(places.shape[0]):
            if steps[i] == 0:
                continue
            for at in range(start[places[i]], start[places[i] + 1]):
                sums[document[at]] += value[at] * steps[i]
