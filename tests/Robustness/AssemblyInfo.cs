// Each test watches processes of its own, which take the cores.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
