using System.Runtime.CompilerServices;

namespace Sampan.Launch.Tests.Seccomp;

/// <summary>Compares text with a file that lies beside the test, and writes what it should be to a file of the same name with <c>.actual</c>.</summary>
internal static class Snapshot
{
    public static void Check(string name, string actual, [CallerFilePath] string caller = "")
    {
        string file = Path.Combine(Path.GetDirectoryName(caller)!, name);
        string expected = File.Exists(file) ? File.ReadAllText(file) : "";
        if (expected == actual)
            return;
        File.WriteAllText(file + ".actual", actual);
        Assert.Fail($"{name} differs; compare it with {name}.actual, and rename that if it is right");
    }
}
