namespace Sampan.Oci;

/// <summary>
/// An object of one of the OCI specifications. <see cref="Map"/> describes its fields once; the same description reads and writes it.
/// </summary>
/// <remarks>
/// Not System.Text.Json's serializer: in a program that lives a few milliseconds its metadata costs 1 ms cold, this 0.05 ms;
/// and an error here names the JSON path.
/// </remarks>
public abstract class OciObject
{
    /// <summary>Names every field to <paramref name="map"/>, in the order of the specification.</summary>
    public abstract void Map(JsonMap map);

    /// <summary>The object as JSON.</summary>
    public byte[] ToJson(bool indented = false) => JsonWriting.Write(this, indented);
}
