"""Compiled kernels: arrays and NamedTuples of arrays in, arrays out, SI units, one algorithm a file.

Nothing here reads files, knows a class of the model or checks its input: the gate above (``citytwin.model``) hands
over contiguous, finite arrays of the documented dtype. Nothing is imported here, so that ``citytwin.kernels._jit``
can be asked for the kernel hash without loading the compiler.
"""
