namespace Sampan.RootTests.Harness;

/// <summary><c>sampan</c> on one store.</summary>
internal sealed class Cli(RootTest test, Store store)
{
    private static string Program => Path.Combine(Machine.Programs, "sampan");

    public Store Store => store;

    /// <summary>Set in the environment of every command.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    /// <summary>Runs <c>sampan ARGUMENTS…</c> to its end, with nothing on standard input.</summary>
    public CommandResult Run(params string[] arguments) => Start(arguments).Finish();

    /// <summary>The same with <paramref name="input"/> on standard input.</summary>
    public CommandResult RunWithInput(string input, params string[] arguments)
    {
        Child child = Start(arguments);
        child.Write(input);
        return child.Finish();
    }

    public Child Start(params string[] arguments) => test.Keep(Child.Start(Program, arguments, FullEnvironment()));

    public Child StartIn(string directory, params string[] arguments) => test.Keep(Child.Start(Program, arguments, FullEnvironment(), directory));

    /// <summary>Starts it on a pty of 80 by 24.</summary>
    public Child StartOnTerminal(params string[] arguments) => test.Keep(Child.StartOnTerminal(Program, arguments, FullEnvironment()));

    /// <summary>Runs a container in the background and returns its id.</summary>
    public string RunDetached(params string[] arguments) => Run(["run", "-d", .. arguments]).Succeeds().Line;

    /// <summary>One field of <c>inspect</c>, by a path such as <c>State.ExitCode</c>.</summary>
    public string Inspect(string container, string path)
    {
        using var json = System.Text.Json.JsonDocument.Parse(Run("inspect", container).Succeeds().Stdout);
        System.Text.Json.JsonElement at = json.RootElement[0];
        foreach (string name in path.Split('.'))
            Assert.True(at.TryGetProperty(name, out at), $"inspect {container} has no {path}: {json.RootElement}");
        return at.ToString();
    }

    /// <summary>Waits until the container's state is <paramref name="status"/>.</summary>
    public void WaitForStatus(string container, string status)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        string now;
        while ((now = Inspect(container, "State.Status")) != status)
        {
            Assert.True(clock.Elapsed < Child.Limit, $"{container} is {now} and never became {status}");
            Thread.Sleep(20);
        }
    }

    internal void RemoveContainers()
    {
        if (!Directory.Exists(Path.Combine(store.Root, "containers")) || Directory.GetDirectories(Path.Combine(store.Root, "containers")).Length == 0)
            return;
        string[] ids = Run("ps", "-aq", "--no-trunc").Succeeds().Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (ids.Length > 0)
            Run(["rm", "-f", .. ids]).Succeeds();
    }

    private Dictionary<string, string> FullEnvironment()
    {
        var all = test.HostEnvironment;
        all["SAMPAN_ROOT"] = store.Root;
        all["SAMPAN_RUNROOT"] = store.RunRoot;
        foreach (var (name, value) in Environment)
            all[name] = value;
        return all;
    }
}
