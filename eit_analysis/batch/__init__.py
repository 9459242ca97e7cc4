"""Many studies on Dask: each in a process of its own, what is finished left alone, what fails explained."""
