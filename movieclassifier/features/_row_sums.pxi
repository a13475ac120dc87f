# The sum of a row, in the order of numpy: what sums_of_rows in rows.py returns, for all twins that add rows.


cdef double pairwise_sum(const double* terms, Py_ssize_t n) noexcept nogil:
    """Add in the order of numpy's ``add``: https://github.com/numpy/numpy, ``loops_utils.h.src``."""
    cdef double sums[8]
    cdef double total = 0
    cdef Py_ssize_t i = 0, j, half
    if n > 128:
        half = n // 2 - n // 2 % 8
        return pairwise_sum(terms, half) + pairwise_sum(terms + half, n - half)
    if n >= 8:
        for j in range(8):
            sums[j] = terms[j]
        for i in range(8, n - n % 8, 8):
            for j in range(8):
                sums[j] += terms[i + j]
        total = ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]))
        i = n - n % 8
    while i < n:
        total += terms[i]
        i += 1
    return total


cdef inline double row_sum(double* terms, Py_ssize_t n) noexcept nogil:
    """Return the sum of n terms and the 0 behind them, as numpy's ``add.reduceat`` adds a row."""
    if n == 0:  # there may be no room for a term
        return 0
    terms[n] = 0
    return terms[0] + pairwise_sum(terms + 1, n)
