using System.Globalization;
using Sampan.Engine;
using Sampan.Oci;

namespace Sampan.Cli.Format;

/// <summary>A container as a row of <c>stats</c>; the fields are those of Docker's <c>--format</c>.</summary>
/// <param name="now">null: it does not run.</param>
/// <param name="before">What it had used at an earlier moment.</param>
internal sealed class UsageView(ContainerRecord record, ContainerUsage? now, ContainerUsage? before, bool cut) : OciObject
{
    private static readonly ContainerUsage s_nothing = new();

    private readonly ContainerUsage _now = now ?? s_nothing;

    public static OciObject Heads { get; } = new Headings(("Container", "CONTAINER"), ("ID", "CONTAINER ID"), ("Name", "NAME"), ("CPUPerc", "CPU %"), ("MemUsage", "MEM USAGE / LIMIT"),
        ("MemPerc", "MEM %"), ("NetIO", "NET I/O"), ("BlockIO", "BLOCK I/O"), ("PIDs", "PIDS"));

    public override void Map(JsonMap map)
    {
        map.Put("BlockIO", $"{Human.Size((long)_now.BlockRead)} / {Human.Size((long)_now.BlockWritten)}");
        map.Put("CPUPerc", Percent(_now.CpuPercent(before)));
        map.Put("Container", record.ShortId);
        map.Put("ID", cut ? record.ShortId : record.Id);
        map.Put("MemPerc", Percent(_now.MemoryPercent));
        map.Put("MemUsage", $"{Human.BinarySize(_now.Memory)} / {Human.BinarySize(_now.MemoryLimit)}");
        map.Put("Name", record.Name);
        map.Put("NetIO", $"{Human.Size((long)_now.Received)} / {Human.Size((long)_now.Sent)}");
        map.Put("PIDs", _now.Pids.ToString(CultureInfo.InvariantCulture));
    }

    private static string Percent(double value) => value.ToString("F2", CultureInfo.InvariantCulture) + "%";
}
