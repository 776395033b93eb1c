namespace Sampan.Oci;

/// <summary>A document that is not what its specification says; the message begins with the JSON path of the fault.</summary>
public sealed class OciFormatException(string path, string message, Exception? inner = null)
    : Exception(path.Length == 0 ? message : $"{path}: {message}", inner)
{
    /// <summary>Such as <c>mounts[3].destination</c>; empty for the document itself.</summary>
    public string Path { get; } = path;
}
