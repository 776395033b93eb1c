using Sampan.Oci;

namespace Sampan.Engine;

/// <summary>"LogConfig" of Docker's API.</summary>
public sealed class LogSetting : OciObject
{
    /// <summary>local, json-file, journald or none.</summary>
    public string? Type = "local";

    /// <summary>Options of the driver, as the user wrote them.</summary>
    public Dictionary<string, string>? Config;

    public override void Map(JsonMap map)
    {
        map.Always("Type", ref Type);
        if (!map.Reading)
            Config ??= [];
        map.TextMap("Config", ref Config);
    }
}
