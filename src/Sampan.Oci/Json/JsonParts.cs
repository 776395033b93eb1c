namespace Sampan.Oci;

/// <summary>For documents that are only written, such as those of `inspect`: values and objects that are fields of nothing.</summary>
public static class JsonParts
{
    public static void Put(this JsonMap map, string name, string? value) => map.RequiredText(name, ref value);

    public static void List(this JsonMap map, string name, List<string> values)
    {
        List<string>? some = values;
        map.Texts(name, ref some);
    }

    /// <summary>An object whose fields <paramref name="fields"/> names.</summary>
    public static void Part(this JsonMap map, string name, Action<JsonMap> fields)
    {
        var part = new Fields { Fill = fields };
        map.Object(name, ref part);
    }

    private sealed class Fields : OciObject
    {
        public Action<JsonMap>? Fill;

        public override void Map(JsonMap map) => Fill!(map);
    }
}
