using Sampan.Oci;

namespace Sampan.RootTests.Harness;

/// <summary>An OCI bundle in the test's directory: config.json and a root file system of busybox.</summary>
internal sealed class Bundle
{
    private Bundle(string path, Spec spec) => (Path, Spec) = (path, spec);

    public string Path { get; }

    public Spec Spec { get; }

    public string Rootfs => System.IO.Path.Combine(Path, "rootfs");

    /// <param name="config">Path of the config.json to be; its directory is the bundle.</param>
    public static Bundle Create(RuntimeCli runtime, RootTest test, string config, Action<Spec>? change)
    {
        string path = System.IO.Path.GetDirectoryName(config)!;
        runtime.Run("spec", "--bundle", path).Succeeds();
        Spec spec = JsonReading.Read<Spec>(File.ReadAllBytes(config));
        spec.Process!.Terminal = false;
        spec.Root!.Readonly = false;
        change?.Invoke(spec);
        var bundle = new Bundle(path, spec);
        bundle.Save();
        Directory.CreateDirectory(bundle.Rootfs);
        test.Host("tar", "-xpf", System.IO.Path.Combine(Machine.Programs, "../share/sampan/images/busybox.tar"), "-C", bundle.Rootfs).Succeeds();
        return bundle;
    }

    /// <summary>A bundle whose root file system is there already.</summary>
    public static Bundle Of(string path, Spec spec)
    {
        var bundle = new Bundle(path, spec);
        bundle.Save();
        return bundle;
    }

    /// <summary>Writes <see cref="Spec"/> to config.json again.</summary>
    public void Save() => File.WriteAllBytes(System.IO.Path.Combine(Path, "config.json"), Spec.ToJson(indented: true));
}
