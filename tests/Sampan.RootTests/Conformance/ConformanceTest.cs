using Sampan.Oci;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Conformance;

/// <summary>
/// What the tests of a section of runtime-spec 1.3 derive from. They ask a runtime for what the specification says, through runc's command line, and for
/// nothing else: no message of ours, no file of ours. Run on another runtime (<c>SAMPAN_TEST_BIN</c>), they show what that one makes of the section.
/// </summary>
public abstract class ConformanceTest : RootTest
{
    /// <summary>The witness, as a program of the host.</summary>
    internal string HostWitness
    {
        get
        {
            string copy = InWork("host-witness");
            if (!File.Exists(copy))
                File.Copy(Path.Combine(AppContext.BaseDirectory, "witness"), copy);
            return copy;
        }
    }

    /// <summary>A bundle whose container holds nothing but the witness, and whose configuration is the least that is of use.</summary>
    internal Bundle NewBundle(Action<Spec>? change = null, params string[] arguments)
    {
        Spec spec = BaseSpec.Make();
        spec.Process!.Args = ["/witness", .. arguments];
        spec.Linux!.CgroupsPath = $"/{Runtime.NewId()}";
        change?.Invoke(spec);
        string path = Path.GetDirectoryName(InWork($"{Runtime.NewId()}/config.json"))!;
        foreach (string directory in (string[])["proc", "sys", "dev", "tmp", "etc/dir"])
            Directory.CreateDirectory(Path.Combine(path, "rootfs", directory));
        File.WriteAllText(Path.Combine(path, "rootfs/etc/file"), "of the image");
        File.Copy(Path.Combine(AppContext.BaseDirectory, "witness"), Path.Combine(path, "rootfs/witness"));
        return Bundle.Of(path, spec);
    }

    /// <summary>Runs the witness in a container and returns what it saw.</summary>
    /// <param name="attempts">What it is to try: Witness/attempts.c.</param>
    internal Report See(Action<Spec>? change = null, params string[] attempts) => Report.Parse(Run(NewBundle(change, attempts)).Succeeds().Stdout);

    internal CommandResult Run(Bundle bundle) => Runtime.Run("run", "--bundle", bundle.Path, Runtime.NewId());

    /// <summary>Asserts that a container cannot be had: an error, the witness never ran, and no container is left.</summary>
    internal CommandResult Refused(Action<Spec> change) => Refused(NewBundle(change));

    internal CommandResult Refused(Bundle bundle)
    {
        string id = Runtime.NewId();
        CommandResult result = Runtime.Run("run", "--bundle", bundle.Path, id);
        Assert.True(result.ExitCode != 0 && result.Stderr.Length > 0, $"expected an error\n{result}");
        Assert.Equal("", result.Stdout);
        Assert.NotEqual(0, Runtime.Run("state", id).ExitCode);
        return result;
    }

    /// <summary>Starts a container whose witness reports and waits; returns its id. <see cref="ReportOf"/> has the report.</summary>
    internal string Start(Action<Spec>? change = null, params string[] attempts)
    {
        string id = Runtime.NewId();
        Runtime.RunIntoFile(id, "run", "--detach", "--bundle", NewBundle(change, [.. attempts, "wait"]).Path, id).Succeeds();
        return id;
    }

    internal Report ReportOf(string id)
    {
        Assert.True(SpinWait.SpinUntil(() => File.ReadAllText(Runtime.OutputOf(id)).Contains("\nend=", StringComparison.Ordinal), Child.Limit), File.ReadAllText(Runtime.OutputOf(id)));
        return Report.Parse(File.ReadAllText(Runtime.OutputOf(id)));
    }
}
