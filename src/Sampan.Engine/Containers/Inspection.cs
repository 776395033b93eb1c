using Sampan.Oci;

namespace Sampan.Engine;

/// <summary>All that is known of a container, in the shape of Docker's inspect.</summary>
public sealed class ContainerInspection : OciObject
{
    private static readonly string? ZeroTime = "0001-01-01T00:00:00Z";
    private readonly ContainerRecord _record;
    private readonly ContainerStatus _status;
    private readonly string _bundle;

    /// <summary>Bytes that the container wrote, and together with those of its image; null: nobody asked.</summary>
    public (long Written, long Whole)? Sizes { get; init; }

    internal ContainerInspection(ContainerRecord record, ContainerStatus status, string bundle) => (_record, _status, _bundle) = (record, status, bundle);

    public override void Map(JsonMap map)
    {
        map.Put("Id", _record.Id);
        map.Put("Created", _record.Created);
        map.Put("Path", _record.Command![0]);
        List<string>? arguments = _record.Command[1..];
        map.Texts("Args", ref arguments);
        map.Part("State", State);
        map.Put("Image", _record.ImageId);
        map.Put("ResolvConfPath", $"{_bundle}/resolv.conf");
        map.Put("HostnamePath", $"{_bundle}/hostname");
        map.Put("HostsPath", $"{_bundle}/hosts");
        map.Put("LogPath", LogOptions.Of(_record.HostConfig!).FileName is { } log ? $"{_bundle}/{log}" : "");
        // Docker's names begin with a slash.
        map.Put("Name", $"/{_record.Name}");
        int restarts = _status.RestartCount;
        map.Always("RestartCount", ref restarts);
        map.Put("Driver", _record.Driver);
        map.Put("Platform", "linux");
        map.Put("MountLabel", "");
        map.Put("ProcessLabel", "");
        map.Put("AppArmorProfile", SecurityOptions.Parse(_record.HostConfig!.SecurityOpt).AppArmorProfile ?? "");
        map.Null("ExecIDs");
        InspectionDefaults.Host(map, _record.HostConfig);
        map.Part("GraphDriver", GraphDriver);
        var mounts = _record.Mounts;
        map.Objects("Mounts", ref mounts);
        InspectionDefaults.Config(map, _record.Config!);
        InspectionDefaults.Network(map, _record.HostConfig);
        if (Sizes is var (written, whole))
        {
            long? size = written;
            map.Number("SizeRw", ref size);
            size = whole;
            map.Number("SizeRootFs", ref size);
        }
        var weakened = IsolationReport.Of(_record);
        map.Texts("WeakenedIsolation", ref weakened!);
        var mappings = _record.IdMappings;
        map.Objects("IdMappings", ref mappings);
    }

    private void State(JsonMap map)
    {
        map.Put("Status", _status.Phase.ToString().ToLowerInvariant());
        bool running = _status.IsRunning, restarting = _status.Phase == ContainerPhase.Restarting, no = false, oom = _status.OomKilled;
        map.Always("Running", ref running);
        bool paused = _status.Phase == ContainerPhase.Paused;
        map.Always("Paused", ref paused);
        map.Always("Restarting", ref restarting);
        map.Always("OOMKilled", ref oom);
        map.Always("Dead", ref no);
        int pid = _status.Pid, code = _status.ExitCode;
        map.Always("Pid", ref pid);
        map.Always("ExitCode", ref code);
        // Not Docker's: 137 may be the program's own answer as well.
        int signal = _status.Signal;
        map.Number("Signal", ref signal);
        map.Put("Error", _status.Error);
        map.Put("StartedAt", _status.StartedAt ?? ZeroTime);
        map.Put("FinishedAt", _status.FinishedAt ?? ZeroTime);
        var health = _status.Health;
        map.Object("Health", ref health);
    }

    private void GraphDriver(JsonMap map)
    {
        map.Put("Name", _record.Driver);
        map.Part("Data", data =>
        {
            if (_record.RootMount is null)
                data.Put("RootDir", $"{_bundle}/rootfs");
            foreach (string option in _record.RootMount?.Options ?? [])
            {
                string? name = option[..(option.IndexOf('=') + 1)] switch { "lowerdir=" => "LowerDir", "upperdir=" => "UpperDir", "workdir=" => "WorkDir", _ => null };
                if (name is not null)
                    data.Put(name, option[(option.IndexOf('=') + 1)..]);
            }
        });
    }
}
