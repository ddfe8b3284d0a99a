namespace Adr.Data;

/// <summary>What a folder holds of a data set, as the readers find it that load the set.</summary>
/// <param name="Folder">The folder.</param>
/// <param name="IsThere">Whether any file of the set is there, or something in its place: the set in a form that is not
/// read, or a folder that cannot be looked into.</param>
/// <param name="Train">The training images that can be read.</param>
/// <param name="Test">The test images that can be read.</param>
/// <param name="Original">The images of the original, training and test together.</param>
/// <param name="Problems">What keeps the set from being loaded: a line for each file that is missing, cannot be read,
/// is damaged or is another set's. Where there is none, the set can be loaded.</param>
/// <param name="Notes">What can be loaded and yet is not all of the original: a line for each file that differs from
/// it, and one for the files that are missing.</param>
public sealed record DataSetContents(string Folder, bool IsThere, int Train, int Test, int Original,
    IReadOnlyList<string> Problems, IReadOnlyList<string> Notes);
