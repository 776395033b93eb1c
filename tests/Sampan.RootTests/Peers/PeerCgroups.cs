using System.Diagnostics;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Peers;

/// <summary>
/// The cgroup that an engine's containers are put below, in every hierarchy. Made and removed by the tests, since no engine removes a parent
/// that it was told to use; podman's <c>conmon</c> below it stays, too.
/// </summary>
internal static class PeerCgroups
{
    public static void Make(string name)
    {
        foreach (string hierarchy in Machine.CgroupMounts)
        {
            foreach (string group in new[] { $"{hierarchy}/{name}", $"{hierarchy}/{name}/conmon" })
            {
                Directory.CreateDirectory(group);
                // A v1 cpuset begins empty, and takes no process as long as it is.
                foreach (string file in new[] { "cpuset.cpus", "cpuset.mems" })
                    if (File.Exists($"{group}/{file}") && File.Exists($"{hierarchy}/cgroup.clone_children"))
                        File.WriteAllText($"{group}/{file}", File.ReadAllText($"{hierarchy}/{file}"));
            }
        }
    }

    /// <summary>Removes it with all that is empty below it; what is not, the leak probe tells.</summary>
    public static void Remove(string name)
    {
        var clock = Stopwatch.StartNew();
        string[] left = [.. Machine.CgroupMounts.Select(m => $"{m}/{name}").Where(Directory.Exists)];
        while (left.Length > 0 && clock.Elapsed < TimeSpan.FromSeconds(3))
        {
            foreach (string group in left)
                RemoveEmpty(group);
            left = [.. left.Where(Directory.Exists)];
            Thread.Sleep(10);
        }
    }

    private static void RemoveEmpty(string group)
    {
        foreach (string child in Directory.GetDirectories(group))
            RemoveEmpty(child);
        try { Directory.Delete(group); }
        catch (IOException) { }                                       // still in use: the next round, or the leak probe
    }
}
