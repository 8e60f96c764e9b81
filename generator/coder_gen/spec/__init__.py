"""The former name of :mod:`coder_gen.language`, for targets of other packages."""
