using Sampan.Oci;
using Sampan.Runtime.Monitoring;

namespace Sampan.Engine;

/// <summary>"RestartPolicy" of Docker's API.</summary>
public sealed class RestartSetting : OciObject
{
    /// <summary>no, on-failure, always or unless-stopped.</summary>
    public string? Name = "no";

    /// <summary>0: no end of them.</summary>
    public int MaximumRetryCount;

    /// <summary>As <c>--restart</c> has it: <c>on-failure[:5]</c>.</summary>
    /// <exception cref="SampanException">None of the policies, or a count where none belongs.</exception>
    public static RestartSetting Parse(string text) => Of(RestartPolicy.Parse(text));

    private static RestartSetting Of(RestartPolicy policy) => new() { Name = policy.Name, MaximumRetryCount = policy.MaximumRetries };

    internal RestartPolicy Policy => RestartPolicy.Parse(Name ?? "no") with { MaximumRetries = MaximumRetryCount };

    public override void Map(JsonMap map)
    {
        map.Always("Name", ref Name);
        map.Always("MaximumRetryCount", ref MaximumRetryCount);
    }
}
