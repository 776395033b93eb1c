namespace Sampan.Linux;

/// <summary>Variables of the environment, environ(7).</summary>
public static class EnvironmentValue
{
    /// <summary>The variable's value; null when it is not set, or empty, which is taken for the same.</summary>
    public static string? Of(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
