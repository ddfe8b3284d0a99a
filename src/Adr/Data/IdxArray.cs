namespace Adr.Data;

/// <summary>What an IDX file of bytes holds.</summary>
/// <param name="Values">The bytes, the last dimension running fastest.</param>
/// <param name="Shape">The sizes of the dimensions; their product is the number of bytes.</param>
public sealed record IdxArray(byte[] Values, IReadOnlyList<int> Shape);
