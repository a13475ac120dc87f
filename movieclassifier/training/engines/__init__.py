"""Where tasks are computed: processes of this machine, or a Dask cluster."""
