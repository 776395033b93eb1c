using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Peers;

/// <summary>Another engine in a room of its own, with <c>sampan-runtime</c> as its OCI runtime and the image <c>busybox</c>; shared by the tests of a collection.</summary>
public abstract class Peer : IDisposable
{
    private readonly LeakProbe _probe = new();
    private readonly List<Child> _daemons = [];
    private readonly string[] _programs;
    private readonly PeerRoom? _room;

    /// <param name="programs">Which the engine needs; when one is missing, it is not started, and its tests are skipped.</param>
    private protected Peer(string name, params string[] programs)
    {
        _programs = programs;
        if (Machine.Has(programs))
            _room = new PeerRoom(name);
    }

    internal static string Runtime => Path.GetFullPath(Path.Combine(Machine.Programs, "sampan-runtime"));

    internal bool IsHere => _room != null;

    /// <summary>Skips the test when the engine is not on this machine.</summary>
    internal PeerRoom Room
    {
        get
        {
            Machine.RequirePrograms(_programs);
            return _room!;
        }
    }

    /// <summary>The program and the arguments it always has.</summary>
    private protected abstract string[] Program { get; }

    /// <summary>A program that serves the others, ready once it has printed <paramref name="ready"/>.</summary>
    private protected void StartDaemon(string ready, params string[] command)
    {
        Child daemon = Room.Start(["sh", "-c", "exec \"$@\" 2>&1", "sh", .. command]);
        _daemons.Add(daemon);
        daemon.WaitFor(ready);
    }

    internal string[] Command(string[] arguments) => [.. Program, .. arguments];

    internal CommandResult Run(params string[] arguments) => Room.Run(Command(arguments));

    /// <summary>Removes every container, whatever it does.</summary>
    internal abstract void RemoveContainers();

    private protected string[] Ids(params string[] list) => Run(list).Succeeds().Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        if (_room == null)
            return;
        _room.Dispose();
        foreach (Child daemon in _daemons)
            daemon.Dispose();
        _probe.Check([_room.Token]);
    }
}
