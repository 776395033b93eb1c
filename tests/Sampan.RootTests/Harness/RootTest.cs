using System.Globalization;

[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace Sampan.RootTests.Harness;

/// <summary>
/// What every root test derives from: a directory of its own, the two programs on stores of their own, and the leak probe around
/// it all. Tests run one at a time, since the probe looks at the whole machine.
/// </summary>
public abstract class RootTest : IDisposable
{
    private static int s_count;

    private readonly LeakProbe _probe = new();
    private readonly List<Child> _children = [];
    private readonly List<Cli> _clis = [];
    private Cli? _sampan;
    private RuntimeCli? _runtime;

    protected RootTest()
    {
        Token = string.Create(CultureInfo.InvariantCulture, $"srt{Environment.ProcessId}-{++s_count}");
        Work = Path.Combine(Environment.GetEnvironmentVariable("SAMPAN_TEST_TMP") ?? "/tmp", Token);
        Directory.CreateDirectory(Work);
        Directory.CreateDirectory(Path.Combine(Work, "tmp"));
        // Users of other ids walk through it to the root file system.
        File.SetUnixFileMode(Work, (UnixFileMode)0b111_101_101);
    }

    /// <summary>A directory of the test's own, removed after it.</summary>
    internal string Work { get; }

    /// <summary>A name no other test has, fit for ids of containers.</summary>
    internal string Token { get; }

    /// <summary><c>sampan</c> on the store of this test class, where busybox is soon imported.</summary>
    internal Cli Sampan => _sampan ??= Track(new Cli(this, Store.Of(GetType())));

    /// <summary><c>sampan</c> on a store that holds nothing yet.</summary>
    internal Cli NewSampan(string name = "store") => Track(new Cli(this, new Store(Path.Combine(Work, name))));

    /// <summary><c>sampan-runtime</c> with a state directory of this test's own.</summary>
    internal RuntimeCli Runtime => _runtime ??= new RuntimeCli(this);

    /// <summary>The environment a program gets: little, and a canary that must not reach a container.</summary>
    internal Dictionary<string, string> HostEnvironment => new()
    {
        ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        ["HOME"] = "/root",
        ["TERM"] = "xterm",
        ["TMPDIR"] = Path.Combine(Work, "tmp"),
        ["HOST_CANARY"] = "of the host",
    };

    /// <summary>Runs a program of the host.</summary>
    internal CommandResult Host(string program, params string[] arguments)
        => Keep(Child.Start(Find(program), arguments, HostEnvironment)).Finish();

    internal Child Keep(Child child)
    {
        _children.Add(child);
        return child;
    }

    /// <summary>Removes what a kind of test makes besides containers; before the leak probe looks.</summary>
    protected virtual void CleanUp() { }

    /// <summary>Texts by which what is left on a shared machine can be traced to this test.</summary>
    private protected virtual IEnumerable<string> Marks => [Token, .. _clis.SelectMany(c => c.Store.SeenContainers())];

    /// <summary>A path in the test's directory; its parent exists.</summary>
    internal string InWork(string relative)
    {
        string path = Path.Combine(Work, relative);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }

    public void Dispose()
    {
        var failures = new List<Exception>();
        foreach (Child child in _children)
            Try(child.Dispose);
        Try(CleanUp);
        // Containers still there are the test's; that nothing is left once they are removed is the engine's to show.
        foreach (Cli cli in _clis)
            Try(cli.RemoveContainers);
        if (_runtime != null)
            Try(_runtime.RemoveContainers);
        string[] marks = [.. Marks];
        foreach (Cli cli in _clis)
            Try(cli.Store.AssertQuiet);
        Try(() => Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(Work, "tmp"))));
        Try(() => Directory.Delete(Work, recursive: true));
        Try(() => _probe.Check(marks));
        GC.SuppressFinalize(this);
        if (failures.Count == 1)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failures[0]);
        if (failures.Count > 1)
            throw new AggregateException(failures);

        void Try(Action step)
        {
            try { step(); }
            catch (Exception e) { failures.Add(e); }
        }
    }

    private Cli Track(Cli cli)
    {
        _clis.Add(cli);
        return cli;
    }

    private static string Find(string program)
        => program.Contains('/') ? program : Machine.Find(program) ?? throw new FileNotFoundException($"{program}: not on this machine");
}
