using System.Globalization;
using Sampan.Linux;

namespace Sampan.Cgroups;

/// <summary>A property of a unit, and the JSON path that asked for it.</summary>
public readonly record struct UnitProperty(string Name, DBusVariant Value, string Field);

/// <summary>
/// systemd's manager, as far as a container's unit needs it:
/// <see href="https://www.freedesktop.org/software/systemd/man/latest/org.freedesktop.systemd1.html">org.freedesktop.systemd1(5)</see>.
/// </summary>
public sealed class SystemdManager : IDisposable
{
    private const string Destination = "org.freedesktop.systemd1", Path = "/org/freedesktop/systemd1", Interface = "org.freedesktop.systemd1.Manager";

    private const int JobPatience = 30_000;

    private readonly DBusConnection _connection;

    private SystemdManager(DBusConnection connection) => _connection = connection;

    /// <summary>The manager of the system. Its own socket does without the bus, and is root's alone.</summary>
    public static SystemdManager OfSystem() => new(DBusConnection.Open("/run/systemd/private", 0, isBus: false));

    /// <summary>The manager of a user, over that user's bus.</summary>
    /// <param name="bus">Path of the bus's socket, such as /run/user/1000/bus.</param>
    public static SystemdManager OfUser(string bus)
    {
        // Who we are the bus sees: in a user namespace our own id is not the one it knows.
        var manager = new SystemdManager(DBusConnection.Open(bus, null, isBus: true));
        long deadline = Sys.MonotonicMilliseconds() + JobPatience;
        manager._connection.Call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "AddMatch", "s",
            w => w.String($"type='signal',sender='{Destination}',interface='{Interface}',member='JobRemoved'"), deadline);
        manager.Call("Subscribe", "", null, deadline);
        return manager;
    }

    /// <summary>Makes and starts a transient unit; returns when it is up.</summary>
    public void Start(string unit, IReadOnlyList<UnitProperty> properties)
    {
        long deadline = Sys.MonotonicMilliseconds() + JobPatience;
        DBusMessage answer;
        try
        {
            answer = StartTransient(unit, properties, deadline);
        }
        catch (DBusException e) when (e.Name.EndsWith(".UnitExists", StringComparison.Ordinal))
        {
            // One that failed stays until it is reset; one that runs is in the way a second time, too.
            ResetFailed(unit);
            answer = StartTransient(unit, properties, deadline);
        }
        string result = WaitFor(answer, deadline);
        if (result == "done")
            return;
        ResetFailed(unit);
        throw new SampanException(ErrorKind.System, $"linux.cgroupsPath: systemd could not start {unit}: {result}");
    }

    /// <summary>Stops a unit, and has a failed one forgotten; returns when it is gone. One that does not exist is no error.</summary>
    public void Stop(string unit)
    {
        long deadline = Sys.MonotonicMilliseconds() + JobPatience;
        try
        {
            WaitFor(Call("StopUnit", "ss", w => { w.String(unit); w.String("replace"); }, deadline), deadline);
        }
        catch (DBusException e) when (IsGone(e))
        {
            // It ended when its last process did.
        }
        ResetFailed(unit);
    }

    /// <summary>Until the next boot, and without a restart.</summary>
    public void Set(string unit, IReadOnlyList<UnitProperty> properties)
        => Named(properties, () => Call("SetUnitProperties", "sba(sv)", w =>
        {
            w.String(unit);
            w.Boolean(true);
            Write(w, properties);
        }, Sys.MonotonicMilliseconds() + JobPatience));

    /// <summary>Moves a process into a unit's cgroup, or one below it.</summary>
    public void Attach(string unit, string below, int pid)
        => Named([], () => Call("AttachProcessesToUnit", "ssau", w =>
        {
            w.String(unit);
            w.String(below);
            w.Array([(uint)pid], 4, static (w, number) => w.UInt32(number));
        }, Sys.MonotonicMilliseconds() + JobPatience));

    /// <summary>The major version, such as 252.</summary>
    public int Version()
    {
        string text = Property("Version").TrimStart('v');
        int end = 0;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
            end++;
        return int.TryParse(text.AsSpan(0, end), NumberStyles.None, CultureInfo.InvariantCulture, out int version) ? version : 0;
    }

    /// <summary>The cgroup of the manager itself, below which its units are; empty for the system's.</summary>
    public string ControlGroup() => Property("ControlGroup").TrimEnd('/');

    public void Dispose() => _connection.Dispose();

    private string Property(string name)
    {
        var answer = _connection.Call(Destination, Path, "org.freedesktop.DBus.Properties", "Get", "ss", w => { w.String(Interface); w.String(name); },
            Sys.MonotonicMilliseconds() + JobPatience);
        return new DBusReader(answer.Body).VariantText() ?? "";
    }

    private DBusMessage StartTransient(string unit, IReadOnlyList<UnitProperty> properties, long deadline)
        => Named(properties, () => Call("StartTransientUnit", "ssa(sv)a(sa(sv))", w =>
        {
            w.String(unit);
            w.String("replace");
            Write(w, properties);
            w.Array(Array.Empty<string>(), 8, static (_, _) => { });
        }, deadline));

    private void ResetFailed(string unit)
    {
        try
        {
            Call("ResetFailedUnit", "s", w => w.String(unit), Sys.MonotonicMilliseconds() + JobPatience);
        }
        catch (DBusException e) when (IsGone(e))
        {
            // It has not failed.
        }
    }

    private static bool IsGone(DBusException e) => e.Name.EndsWith(".NoSuchUnit", StringComparison.Ordinal);

    private DBusMessage Call(string member, string signature, Action<DBusWriter>? arguments, long deadline)
        => _connection.Call(Destination, Path, Interface, member, signature, arguments, deadline);

    /// <summary>Waits for the end of the job that a call has answered with. JobRemoved has the job's number, its path, the unit and the result.</summary>
    private string WaitFor(DBusMessage answer, long deadline)
    {
        string job = new DBusReader(answer.Body).String();
        while (true)
        {
            var signal = _connection.Signal(deadline, job);
            if (signal.Name != "JobRemoved")
                continue;
            var reader = new DBusReader(signal.Body);
            reader.UInt32();
            if (reader.String() != job)
                continue;
            reader.String();
            return reader.String();
        }
    }

    private static void Write(DBusWriter writer, IReadOnlyList<UnitProperty> properties) => writer.Array(properties, 8, static (w, property) =>
    {
        w.Align(8);
        w.String(property.Name);
        w.Variant(property.Value);
    });

    /// <summary>An error of systemd's names the property, not the field that it comes from.</summary>
    private static DBusMessage Named(IReadOnlyList<UnitProperty> properties, Func<DBusMessage> call)
    {
        try
        {
            return call();
        }
        catch (DBusException e) when (!e.Name.EndsWith(".UnitExists", StringComparison.Ordinal))
        {
            foreach (var property in properties)
                if (e.Message.Contains(property.Name, StringComparison.Ordinal))
                    throw new SampanException(e.Kind, $"{property.Field}: systemd: {e.Message}", e);
            // A value of the wrong type it names not at all; ours are of the right one.
            string annotations = string.Join(", ", properties.Where(static p => p.Field.StartsWith("annotations", StringComparison.Ordinal)).Select(static p => p.Field));
            throw new SampanException(e.Kind, annotations.Length == 0 ? $"linux.cgroupsPath: systemd: {e.Message}" : $"{annotations}: systemd: {e.Message} (most likely a value is not of its property's type)", e);
        }
    }
}
