namespace Adr.Tests.Training;

/// <summary>Tests that run one by one, after all others: dropout draws from the process's one generator, and memory is the process's.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
