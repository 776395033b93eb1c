namespace Sampan.Engine;

/// <summary><c>container:NAME</c> as the value of <c>--network</c>, <c>--pid</c> and <c>--ipc</c>.</summary>
public static class ContainerMode
{
    private const string Prefix = "container:";

    /// <summary>The container that is named; null: the mode is another.</summary>
    public static string? Donor(string? mode) => mode is not null && mode.StartsWith(Prefix, StringComparison.Ordinal) && mode.Length > Prefix.Length ? mode[Prefix.Length..] : null;

    public static string Of(string id) => Prefix + id;
}
