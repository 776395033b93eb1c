using System.Globalization;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Runtime;

/// <summary>
/// The rules of the child, tried: processes are cloned while two threads collect garbage without a pause. Sampan itself never launches with more
/// than one managed thread; the executor does not depend on it.
/// </summary>
public sealed class CloneStressTests : RootTest
{
    private static string Program => Path.Combine(Machine.RepositoryRoot, "artifacts/dotnet/publish/Sampan.CloneStress/release_linux-x64/Sampan.CloneStress");

    [Fact]
    public void No_child_hangs_on_a_collection_of_its_parent()
        => Assert.Equal((500, 0), Stress("executor", launches: 500, limit: TimeSpan.FromSeconds(10)));

    /// <summary>The check itself, on a system call that ends in a look at the collector.</summary>
    [Fact]
    public void A_child_that_calls_the_kernel_by_p_invoke_hangs()
        => Assert.Equal(1, Stress("p-invoke", launches: 4000, limit: TimeSpan.FromSeconds(2)).Hung);

    private (int Launches, int Hung) Stress(string how, int launches, TimeSpan limit)
    {
        Assert.True(File.Exists(Program), $"{Program} is missing: ./test makes it");
        string[] arguments = [how, launches.ToString(CultureInfo.InvariantCulture), limit.TotalMilliseconds.ToString(CultureInfo.InvariantCulture)];
        // A launch takes 5 ms, and 30 on a machine that does other work as well.
        string output = Keep(Child.Start(Program, arguments, HostEnvironment)).Finish(TimeSpan.FromMinutes(2)).Succeeds().Stdout;
        int[] numbers = [.. output.Split(' ').Select(n => int.Parse(n, CultureInfo.InvariantCulture))];
        return (numbers[0], numbers[1]);
    }
}
