namespace Adr.Torch.Tests;

/// <summary>Tests that read or change what the whole process shares run one after the other, with nothing beside them.</summary>
[CollectionDefinition(nameof(GlobalState), DisableParallelization = true)]
public sealed class GlobalState;
