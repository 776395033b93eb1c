using Sampan.Oci;

namespace Sampan.Images;

/// <summary><c>layer.json</c> beside a layer's <c>fs</c>: what the layer is.</summary>
internal sealed class LayerRecord : OciObject
{
    public const string FileName = "layer.json";

    public string? DiffId;

    /// <summary>Chain id of the layer below.</summary>
    public string? Parent;

    /// <summary>Bytes of its files.</summary>
    public long Size;

    public override void Map(JsonMap map)
    {
        map.RequiredText("diffId", ref DiffId);
        map.Text("parent", ref Parent);
        map.Number("size", ref Size);
    }
}
