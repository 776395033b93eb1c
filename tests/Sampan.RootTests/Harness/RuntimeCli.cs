using Sampan.Oci;

namespace Sampan.RootTests.Harness;

/// <summary><c>sampan-runtime</c> with a state directory and bundles of one test's own.</summary>
internal sealed class RuntimeCli(RootTest test)
{
    private int _count;

    public static string Program => Path.Combine(Machine.Programs, "sampan-runtime");

    /// <summary>Its <c>--root</c>.</summary>
    public string StateRoot { get; } = Path.Combine(test.Work, "state");

    /// <summary>An id that no other container has.</summary>
    public string NewId() => $"{test.Token}-c{++_count}";

    /// <summary>A bundle as <c>sampan-runtime spec</c> writes it, on busybox, without a terminal; changed by <paramref name="change"/>.</summary>
    public Bundle NewBundle(Action<Spec>? change = null) => Bundle.Create(this, test, test.InWork($"bundle{++_count}/config.json"), change);

    /// <summary>Runs <c>sampan-runtime --root STATE ARGUMENTS…</c> to its end, with nothing on standard input.</summary>
    public CommandResult Run(params string[] arguments) => Start(arguments).Finish();

    public CommandResult RunWithInput(string input, params string[] arguments)
    {
        Child child = Start(arguments);
        child.Write(input);
        return child.Finish();
    }

    /// <summary>Runs a command that leaves a container behind, whose output goes on into <see cref="OutputOf"/>.</summary>
    public CommandResult RunIntoFile(string id, params string[] arguments)
        => Child.RunIntoFile(Program, ["--root", StateRoot, .. arguments], test.HostEnvironment, OutputOf(id));

    public string OutputOf(string id) => test.InWork($"output-{id}");

    /// <summary>Creates and starts a container that runs <paramref name="command"/> with the shell; returns its id.</summary>
    public string RunDetached(string command = "sleep 1000", Action<Spec>? change = null)
    {
        string id = NewId();
        Bundle bundle = NewBundle(spec =>
        {
            spec.Process!.Args = ["sh", "-c", command];
            change?.Invoke(spec);
        });
        RunIntoFile(id, "run", "--detach", "--bundle", bundle.Path, id).Succeeds();
        return id;
    }

    public Child Start(params string[] arguments) => test.Keep(Child.Start(Program, ["--root", StateRoot, .. arguments], test.HostEnvironment));

    public Child StartIn(string directory, params string[] arguments) => test.Keep(Child.Start(Program, ["--root", StateRoot, .. arguments], test.HostEnvironment, directory));

    public Child StartOnTerminal(params string[] arguments) => test.Keep(Child.StartOnTerminal(Program, ["--root", StateRoot, .. arguments], test.HostEnvironment));

    /// <summary>Runs <paramref name="command"/> with the shell in a fresh container of the default bundle, and returns how it ended.</summary>
    public CommandResult Shell(string command, Action<Spec>? change = null)
    {
        Bundle bundle = NewBundle(spec =>
        {
            spec.Process!.Args = ["sh", "-c", command];
            change?.Invoke(spec);
        });
        return Run("run", "--bundle", bundle.Path, NewId());
    }

    /// <summary>What <c>state</c> says of a container.</summary>
    public State State(string id) => JsonReading.Read<State>(System.Text.Encoding.UTF8.GetBytes(Run("state", id).Succeeds().Stdout));

    public void WaitForStatus(string id, string status)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        string? now;
        while ((now = State(id).Status) != status)
        {
            Assert.True(clock.Elapsed < Child.Limit, $"{id} is {now} and never became {status}");
            Thread.Sleep(20);
        }
    }

    internal void RemoveContainers()
    {
        if (!Directory.Exists(StateRoot))
            return;
        // Runtimes keep things of their own there, under names that no container can have.
        foreach (string directory in Directory.GetDirectories(StateRoot).Where(d => Path.GetFileName(d)[0] != '.'))
            Run("delete", "--force", Path.GetFileName(directory)).Succeeds();
        Assert.Empty(Directory.GetFileSystemEntries(StateRoot).Where(f => !f.EndsWith(".lock", StringComparison.Ordinal) && Path.GetFileName(f)[0] is not ('.' or '@')));
    }
}
