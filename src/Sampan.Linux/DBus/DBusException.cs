namespace Sampan.Linux;

/// <summary>An answer that is an error: its name, such as <c>org.freedesktop.systemd1.NoSuchUnit</c>, and the words that came with it.</summary>
public sealed class DBusException(string name, string message)
    : SampanException(name.EndsWith(".AccessDenied", StringComparison.Ordinal) ? ErrorKind.PermissionDenied : ErrorKind.System, message.Length > 0 ? message : name)
{
    public string Name { get; } = name;
}
