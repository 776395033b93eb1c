using System.Reflection;
using Sampan.Launch;
using Xunit;

namespace Sampan.Launch.Tests.Plans;

/// <summary>Plans as files: <c>*.plan.txt</c> beside the tests, written anew when SAMPAN_UPDATE_SNAPSHOTS=1.</summary>
internal static class Snapshot
{
    public static void Matches(string name, LaunchPlan plan)
    {
        string file = Path.Combine(Root, "tests/Sampan.Launch.Tests/Plans", name + ".plan.txt");
        string text = PlanPrinter.Print(plan);
        if (Environment.GetEnvironmentVariable("SAMPAN_UPDATE_SNAPSHOTS") == "1")
            File.WriteAllText(file, text);
        Assert.True(File.Exists(file), $"{file} does not exist; write it with SAMPAN_UPDATE_SNAPSHOTS=1 and read it before committing");
        Assert.Equal(File.ReadAllText(file), text);
    }

    private static string Root => typeof(Snapshot).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static a => a.Key == "RepositoryRoot").Value!;
}
