using System.Runtime.InteropServices;
using System.Text.Json;

namespace Sampan.Oci;

/// <summary>An array of objects that has been found in a document, but not looked into: it may be long, and is not always needed.</summary>
public sealed class UnreadArray
{
    private readonly JsonElement _element;
    private readonly string _path;

    /// <param name="path">Where it is in the document, for errors.</param>
    internal UnreadArray(JsonElement element, string path) => (_element, _path) = (element, path);

    /// <summary>Its text as it stands in the document, in UTF-8.</summary>
    public ReadOnlySpan<byte> Json => JsonMarshal.GetRawUtf8Value(_element);

    /// <exception cref="OciFormatException">As <see cref="JsonReading.Read{T}"/>, with the path in the document.</exception>
    public List<T> Read<T>() where T : OciObject, new() => JsonReading.ReadArray<T>(_element, _path);
}
