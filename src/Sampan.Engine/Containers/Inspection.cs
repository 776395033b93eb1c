using Sampan.Oci;

namespace Sampan.Engine;

/// <summary>All that is known of a container, in the shape of Docker's inspect.</summary>
public sealed class ContainerInspection : OciObject
{
    private static readonly string? ZeroTime = "0001-01-01T00:00:00Z";
    private readonly ContainerRecord _record;
    private readonly ContainerStatus _status;
    private readonly string _bundle;

    internal ContainerInspection(ContainerRecord record, ContainerStatus status, string bundle) => (_record, _status, _bundle) = (record, status, bundle);

    public override void Map(JsonMap map)
    {
        Put(map, "Id", _record.Id);
        Put(map, "Created", _record.Created);
        Put(map, "Path", _record.Command![0]);
        List<string>? arguments = _record.Command[1..];
        map.Texts("Args", ref arguments);
        Part(map, "State", State);
        Put(map, "Image", _record.ImageId);
        Put(map, "ResolvConfPath", $"{_bundle}/resolv.conf");
        Put(map, "HostnamePath", $"{_bundle}/hostname");
        Put(map, "HostsPath", $"{_bundle}/hosts");
        Put(map, "LogPath", $"{_bundle}/{ContainerEngine.LogFile}");
        // Docker's names begin with a slash.
        Put(map, "Name", $"/{_record.Name}");
        Put(map, "Driver", _record.Driver);
        Put(map, "Platform", "linux");
        var host = _record.HostConfig;
        map.Object("HostConfig", ref host);
        Part(map, "GraphDriver", GraphDriver);
        var mounts = _record.Mounts;
        map.Objects("Mounts", ref mounts);
        var config = _record.Config;
        map.Object("Config", ref config);
        var weakened = IsolationReport.Of(_record);
        map.Texts("WeakenedIsolation", ref weakened!);
        var mappings = _record.IdMappings;
        map.Objects("IdMappings", ref mappings);
    }

    private void State(JsonMap map)
    {
        Put(map, "Status", _status.Phase.ToString().ToLowerInvariant());
        bool running = _status.IsRunning, no = false, oom = _status.OomKilled;
        map.Always("Running", ref running);
        map.Always("Paused", ref no);
        map.Always("Restarting", ref no);
        map.Always("OOMKilled", ref oom);
        map.Always("Dead", ref no);
        int pid = _status.Pid, code = _status.ExitCode;
        map.Always("Pid", ref pid);
        map.Always("ExitCode", ref code);
        Put(map, "Error", _status.Error);
        Put(map, "StartedAt", _status.StartedAt ?? ZeroTime);
        Put(map, "FinishedAt", _status.FinishedAt ?? ZeroTime);
    }

    private void GraphDriver(JsonMap map)
    {
        Put(map, "Name", _record.Driver);
        Part(map, "Data", data =>
        {
            if (_record.RootMount is null)
                Put(data, "RootDir", $"{_bundle}/rootfs");
            foreach (string option in _record.RootMount?.Options ?? [])
            {
                string? name = option[..(option.IndexOf('=') + 1)] switch { "lowerdir=" => "LowerDir", "upperdir=" => "UpperDir", "workdir=" => "WorkDir", _ => null };
                if (name is not null)
                    Put(data, name, option[(option.IndexOf('=') + 1)..]);
            }
        });
    }

    private static void Put(JsonMap map, string name, string? value) => map.RequiredText(name, ref value);

    private static void Part(JsonMap map, string name, Action<JsonMap> fields)
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
