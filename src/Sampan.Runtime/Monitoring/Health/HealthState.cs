using System.Globalization;
using System.Text;
using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Runtime.Monitoring;

/// <summary>One check: "Log" of Docker's State.Health.</summary>
public sealed class HealthResult : OciObject
{
    /// <summary>RFC 3339.</summary>
    public string? Start;
    public string? End;

    /// <summary>0: healthy; -1: it took too long, or could not be run.</summary>
    public int ExitCode;

    /// <summary>At most <see cref="HealthState.MostOutput"/> bytes of it.</summary>
    public string? Output = "";

    public override void Map(JsonMap map)
    {
        map.RequiredText("Start", ref Start);
        map.RequiredText("End", ref End);
        int? code = ExitCode;
        map.Number("ExitCode", ref code);
        ExitCode = code ?? 0;
        if (map.Reading)
            map.Text("Output", ref Output);
        else
            map.RequiredText("Output", ref Output);
    }
}

/// <summary><c>health.json</c> in a container's run directory, written by its monitor: "State.Health" as Docker's inspect has it.</summary>
public sealed class HealthState : OciObject
{
    public const string FileName = "health.json";
    public const string Starting = "starting", Healthy = "healthy", Unhealthy = "unhealthy";

    /// <summary>Bytes of a check's output that are kept.</summary>
    public const int MostOutput = 4096;

    /// <summary>Checks that are kept.</summary>
    public const int MostResults = 5;

    public string? Status = Starting;
    public int FailingStreak;
    public List<HealthResult>? Log = [];

    /// <summary>Takes a check into account, by Docker's rules.</summary>
    /// <param name="counts">False: a failure changes nothing, for the container is still starting.</param>
    /// <returns>Whether <see cref="Status"/> has changed.</returns>
    public bool Take(HealthResult result, int retries, bool counts)
    {
        string? before = Status;
        Log!.Add(result);
        if (Log.Count > MostResults)
            Log.RemoveAt(0);
        if (result.ExitCode == 0)
            (FailingStreak, Status) = (0, Healthy);
        else if (counts && ++FailingStreak >= retries)
            Status = Unhealthy;
        return Status != before;
    }

    public override void Map(JsonMap map)
    {
        map.RequiredText("Status", ref Status);
        int? streak = FailingStreak;
        map.Number("FailingStreak", ref streak);
        FailingStreak = streak ?? 0;
        map.Objects("Log", ref Log);
    }

    /// <summary>The state that the monitor of <paramref name="runDirectory"/> has written last; null: none.</summary>
    public static HealthState? Read(string runDirectory)
        => SmallFile.BytesIfExists($"{runDirectory}/{FileName}") is { } json ? JsonReading.Read<HealthState>(json) : null;

    public void Write(string runDirectory) => DurableFile.Write($"{runDirectory}/{FileName}", Encoding.UTF8.GetBytes(ToText()), sync: false);

    // By hand, as ExitRecord: the JSON writer's code alone is a good part of what an idle monitor costs.
    internal string ToText()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{{\"Status\":\"{Status}\",\"FailingStreak\":{FailingStreak},\"Log\":[");
        foreach (var result in Log!)
        {
            text.Append(text[^1] == '[' ? "" : ",").Append(CultureInfo.InvariantCulture, $"{{\"Start\":\"{result.Start}\",\"End\":\"{result.End}\",\"ExitCode\":{result.ExitCode},\"Output\":");
            JsonString.Append(text, result.Output ?? "");
            text.Append('}');
        }
        return text.Append("]}\n").ToString();
    }
}
