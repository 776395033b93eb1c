using Sampan.Oci;

namespace Sampan.Engine;

/// <summary>Fields that Docker's documents show also when they are empty: <c>jq .State.OOMKilled</c> wants false, not null.</summary>
internal static class JsonAlways
{
    public static void Always(this JsonMap map, string name, ref string? value)
    {
        if (map.Reading)
            map.Text(name, ref value);
        else
            map.RequiredText(name, ref value);
    }

    public static void Always(this JsonMap map, string name, ref bool value)
    {
        bool? some = value;
        map.Flag(name, ref some);
        value = some ?? false;
    }

    public static void Always(this JsonMap map, string name, ref int value)
    {
        int? some = value;
        map.Number(name, ref some);
        value = some ?? 0;
    }
}
