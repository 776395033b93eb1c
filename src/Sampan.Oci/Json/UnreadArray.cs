namespace Sampan.Oci;

/// <summary>An array of objects that has been found in a document, but not looked into: it may be long, and is not always needed.</summary>
/// <param name="Json">Its text, in UTF-8.</param>
/// <param name="Path">Where it is in the document, for errors.</param>
public sealed record UnreadArray(byte[] Json, string Path)
{
    /// <exception cref="OciFormatException">As <see cref="JsonReading.Read{T}"/>, with the path in the document.</exception>
    public List<T> Read<T>() where T : OciObject, new() => JsonReading.ReadArray<T>(Json, Path);
}
