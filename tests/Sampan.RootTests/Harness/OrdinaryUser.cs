using System.Globalization;
using Sampan.Oci;

namespace Sampan.RootTests.Harness;

/// <summary>
/// A user without privileges, as whom a test runs <c>sampan-runtime</c>. His name, and which ids are his to map, stand in files that only his programs see,
/// each in a mount namespace of its own; the machine knows nothing of him.
/// </summary>
internal sealed class OrdinaryUser
{
    /// <summary>His own id and group, and the first of <see cref="Count"/> more.</summary>
    public const uint Id = 54321, First = 700_000_000, Count = 65536;

    // What he has is named by him: the rest of the machine's files is as it is.
    private const string Become = """
        cd "$FILES" && for file in passwd group subuid subgid; do [ -e /etc/$file ] || continue; mount --bind $file /etc/$file || exit; done
        [ -z "$LIVES_IN" ] || echo $$ >"$LIVES_IN" || exit
        unset FILES LIVES_IN; cd "$HOME" && exec setpriv --reuid 54321 --regid 54321 --clear-groups "$@"
        """;

    private readonly RootTest _test;
    private readonly string _program;
    private int _count;

    public string Program => _program;

    public OrdinaryUser(RootTest test)
    {
        _test = test;
        foreach (string file in (string[])["passwd", "group"])
            File.WriteAllText(test.InWork($"files/{file}"), File.ReadAllText($"/etc/{file}") + (file == "group" ? $"ordinary:x:{Id}:\n" : $"ordinary:x:{Id}:{Id}::{Home}:/bin/sh\n"));
        foreach (string file in (string[])["subuid", "subgid"])
            File.WriteAllText(test.InWork($"files/{file}"), $"ordinary:{First}:{Count}\n");
        Own(Home, "755");
        Own(Path.Combine(Home, "tmp"), "700");
        Own(RuntimeDirectory, "700");
        // Where the programs lie he may have no way to.
        File.Copy(RuntimeCli.Program, _program = test.InWork("bin/sampan-runtime"));
    }

    public string Home => Path.Combine(_test.Work, "home");

    /// <summary>His XDG_RUNTIME_DIR.</summary>
    public string RuntimeDirectory => Path.Combine(_test.Work, "run-user");

    /// <summary>His name and his ids, in the form of /etc/passwd and its like.</summary>
    public string Files => Path.Combine(_test.Work, "files");

    /// <summary>The cgroup.procs that his programs begin with writing themselves into; null: they stay in the test's.</summary>
    public string? LivesIn { get; set; }

    /// <summary>Where his containers are.</summary>
    public string StateRoot => Path.Combine(RuntimeDirectory, "sampan-runtime");

    public string NewId() => string.Create(CultureInfo.InvariantCulture, $"{_test.Token}-u{++_count}");

    /// <summary>Runs <c>sampan-runtime</c> to its end.</summary>
    public CommandResult Run(params string[] arguments) => Start(arguments).Finish();

    public Child Start(params string[] arguments) => StartProgram(_program, arguments);

    /// <summary>Any program of the host, as him.</summary>
    public Child StartProgram(string program, params string[] arguments)
        => _test.Keep(Child.Start(Machine.Find("unshare")!, Command(program, arguments), Environment));

    public Child StartOnTerminal(params string[] arguments)
        => _test.Keep(Child.StartOnTerminal(Machine.Find("unshare")!, Command(_program, arguments), Environment));

    /// <summary>A command that leaves a container behind, whose output goes on into the file that is returned.</summary>
    public string RunIntoFile(params string[] arguments)
    {
        string output = _test.InWork($"output-{++_count}");
        Child.RunIntoFile(Machine.Find("unshare")!, Command(_program, arguments), Environment, output).Succeeds();
        return output;
    }

    /// <summary>A bundle as <c>spec --rootless</c> writes it, on busybox, without a terminal; all of it his.</summary>
    public Bundle NewBundle(Action<Spec>? change = null)
    {
        string path = Path.Combine(Home, string.Create(CultureInfo.InvariantCulture, $"bundle{++_count}"));
        Own(Path.Combine(path, "rootfs"), "755");
        Own(path, "755");
        Run("spec", "--rootless", "--bundle", path).Succeeds();
        Spec spec = JsonReading.Read<Spec>(File.ReadAllBytes(Path.Combine(path, "config.json")));
        spec.Process!.Terminal = false;
        spec.Root!.Readonly = false;
        change?.Invoke(spec);
        var bundle = Bundle.Of(path, spec);
        _test.Host("tar", "-xpf", Path.Combine(Machine.Programs, "../share/sampan/images/busybox.tar"), "-C", bundle.Rootfs).Succeeds();
        _test.Host("chown", "-R", $"{Id}:{Id}", bundle.Rootfs).Succeeds();
        return bundle;
    }

    /// <summary>Runs <paramref name="command"/> with the shell in a container of his.</summary>
    public CommandResult Shell(string command, Action<Spec>? change = null)
    {
        Bundle bundle = NewBundle(spec =>
        {
            spec.Process!.Args = ["sh", "-c", command];
            change?.Invoke(spec);
        });
        return Run("run", "--bundle", bundle.Path, NewId());
    }

    /// <summary>Maps his sub-ids from 1 on, beside his own as root.</summary>
    public static void MapMore(Spec spec)
        => spec.Linux!.UidMappings = spec.Linux.GidMappings = [new LinuxIdMapping { HostID = Id, Size = 1 }, new LinuxIdMapping { ContainerID = 1, HostID = First, Size = Count }];

    public void RemoveContainers()
    {
        foreach (string directory in Directory.Exists(StateRoot) ? Directory.GetDirectories(StateRoot) : [])
            Run("delete", "--force", Path.GetFileName(directory)).Succeeds();
    }

    private Dictionary<string, string> Environment => new(_test.HostEnvironment)
    {
        ["HOME"] = Home, ["TMPDIR"] = Path.Combine(Home, "tmp"), ["USER"] = "ordinary", ["XDG_RUNTIME_DIR"] = RuntimeDirectory, ["FILES"] = Files, ["LIVES_IN"] = LivesIn ?? "",
    };

    private static List<string> Command(string program, string[] arguments)
        => ["--mount", "--propagation", "private", "sh", "-c", Become, "ordinary", program, .. arguments];

    private void Own(string directory, string mode)
    {
        Directory.CreateDirectory(directory);
        _test.Host("chown", $"{Id}:{Id}", directory).Succeeds();
        _test.Host("chmod", mode, directory).Succeeds();
    }
}
