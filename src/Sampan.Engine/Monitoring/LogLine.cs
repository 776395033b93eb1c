using Sampan.Oci;

namespace Sampan.Engine.Monitoring;

/// <summary>A line of <c>sampan-runtime --log-format json</c>.</summary>
internal sealed class LogLine : OciObject
{
    public string? Message;

    public override void Map(JsonMap map) => map.RequiredText("msg", ref Message);

    /// <summary>The first line's message; empty when there is none.</summary>
    public static string MessageOf(ReadOnlyMemory<byte> log)
    {
        int end = log.Span.IndexOf((byte)'\n');
        return end <= 0 ? "" : JsonReading.Read<LogLine>(log[..end]).Message!;
    }
}
