using System.Globalization;
using System.Text;
using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Runtime.Monitoring;

/// <summary><c>exit.json</c> in a bundle: how the container's last run ended. Written by its monitor, and never by anybody else.</summary>
public sealed class ExitRecord : OciObject
{
    public const string FileName = "exit.json";

    public int ExitCode;

    /// <summary>The number of the signal that ended the first process, or 0.</summary>
    public int Signal;
    public bool OomKilled;

    /// <summary>RFC 3339, UTC.</summary>
    public string? StartedAt;
    public string? FinishedAt;

    /// <summary>How often the restart policy has started the container again since somebody did, the start to come included.</summary>
    public int RestartCount;

    /// <summary>Its monitor waits to start it again, or has: the container may run. When neither is there any more, this is how it ended.</summary>
    public bool Restarting;

    /// <summary>Somebody asked for the end (<c>stop</c>), so that <c>unless-stopped</c> leaves it at that.</summary>
    public bool StoppedByUser;

    /// <summary>What went wrong besides, such as a log that could not be written; null when nothing did.</summary>
    public string? Error;

    public ExitStatus Status => new(ExitCode, Signal, OomKilled);

    public override void Map(JsonMap map)
    {
        map.Number("exitCode", ref ExitCode);
        map.Number("signal", ref Signal);
        map.Flag("oomKilled", ref OomKilled);
        map.Text("startedAt", ref StartedAt);
        map.Text("finishedAt", ref FinishedAt);
        map.Number("restartCount", ref RestartCount);
        map.Flag("restarting", ref Restarting);
        map.Flag("stoppedByUser", ref StoppedByUser);
        map.Text("error", ref Error);
    }

    /// <summary>The record of <paramref name="bundle"/>, or null when there is none.</summary>
    /// <exception cref="OciFormatException">Damaged.</exception>
    public static ExitRecord? Read(string bundle)
        => SmallFile.BytesIfExists($"{bundle}/{FileName}") is { } json ? JsonReading.Read<ExitRecord>(json) : null;

    /// <param name="durable">Survives a power cut: an fsync, which a container that is about to be removed need not pay for.</param>
    public void Write(string bundle, bool durable)
        => DurableFile.Write($"{bundle}/{FileName}", Encoding.UTF8.GetBytes(ToJson()), mode: 0x1A4, sync: durable);

    // By hand: the JSON writer costs a process that uses it once a millisecond, and the client waits.
    internal string ToJson()
    {
        var text = new StringBuilder(256);
        text.Append(CultureInfo.InvariantCulture, $"{{\"exitCode\":{ExitCode},\"signal\":{Signal},\"oomKilled\":{(OomKilled ? "true" : "false")}");
        Field(text, "startedAt", StartedAt);
        Field(text, "finishedAt", FinishedAt);
        if (RestartCount > 0)
            text.Append(CultureInfo.InvariantCulture, $",\"restartCount\":{RestartCount}");
        if (Restarting)
            text.Append(",\"restarting\":true");
        if (StoppedByUser)
            text.Append(",\"stoppedByUser\":true");
        Field(text, "error", Error);
        return text.Append("}\n").ToString();
    }

    private static void Field(StringBuilder to, string name, string? value)
    {
        if (value is null)
            return;
        to.Append(",\"").Append(name).Append("\":");
        JsonString.Append(to, value);
    }
}
