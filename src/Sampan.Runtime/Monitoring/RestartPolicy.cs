using System.Globalization;

namespace Sampan.Runtime.Monitoring;

/// <summary>Whether a container that has ended is started again.</summary>
public enum RestartKind
{
    No,
    OnFailure,
    Always,
    UnlessStopped,
}

/// <summary>A restart policy as Docker has it: <c>no</c>, <c>on-failure[:N]</c>, <c>always</c>, <c>unless-stopped</c>.</summary>
/// <param name="MaximumRetries">Restarts in a row after a failure; 0: without end. Only with <see cref="RestartKind.OnFailure"/>.</param>
public readonly record struct RestartPolicy(RestartKind Kind, int MaximumRetries = 0)
{
    /// <summary>Milliseconds before the first restart; each further wait is twice as long.</summary>
    public const int FirstDelay = 100;

    /// <summary>Milliseconds; no wait is longer.</summary>
    public const int LongestDelay = 60_000;

    /// <summary>Milliseconds: who ran for so long begins anew with <see cref="FirstDelay"/>.</summary>
    public const int SteadyAfter = 10_000;

    /// <exception cref="SampanException">No such policy.</exception>
    public static RestartPolicy Parse(string text)
    {
        int colon = text.IndexOf(':');
        string name = colon < 0 ? text : text[..colon];
        RestartKind kind = name switch
        {
            "" or "no" => RestartKind.No,
            "on-failure" => RestartKind.OnFailure,
            "always" => RestartKind.Always,
            "unless-stopped" => RestartKind.UnlessStopped,
            _ => throw Invalid($"invalid restart policy '{text}': want no, on-failure[:N], always or unless-stopped"),
        };
        if (colon < 0)
            return new RestartPolicy(kind);
        if (kind != RestartKind.OnFailure)
            throw Invalid($"invalid restart policy '{text}': only on-failure takes a maximum of retries");
        if (!int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int most))
            throw Invalid($"invalid restart policy '{text}': the maximum of retries must be a number");
        return new RestartPolicy(kind, most);
    }

    public string Name => Kind switch
    {
        RestartKind.OnFailure => "on-failure", RestartKind.Always => "always", RestartKind.UnlessStopped => "unless-stopped", _ => "no",
    };

    public override string ToString() => MaximumRetries > 0 ? string.Create(CultureInfo.InvariantCulture, $"{Name}:{MaximumRetries}") : Name;

    /// <summary>Whether a container that ended by itself is to be started again.</summary>
    /// <param name="restarts">How often it was already, since somebody started it.</param>
    public bool Restarts(int exitCode, int restarts) => Kind switch
    {
        RestartKind.Always or RestartKind.UnlessStopped => true,
        RestartKind.OnFailure => exitCode != 0 && (MaximumRetries == 0 || restarts < MaximumRetries),
        _ => false,
    };

    /// <summary>Milliseconds to wait before the next restart.</summary>
    /// <param name="last">The wait before that; 0: there was none.</param>
    /// <param name="ran">How long the container ran, milliseconds.</param>
    public static int NextDelay(int last, long ran) => last == 0 || ran >= SteadyAfter ? FirstDelay : Math.Min(last * 2, LongestDelay);

    private static SampanException Invalid(string message) => new(ErrorKind.InvalidArgument, message);
}
