using System.Runtime.InteropServices;

namespace Sampan.Launch.Tests.Executor;

/// <summary>One method for each thing that the child must not do; never run.</summary>
internal static unsafe class Offender
{
    private static int s_count = Environment.ProcessId;

    public static void Allocates() => GC.KeepAlive(new object());

    public static void MakesArray(int n) => GC.KeepAlive(new int[n]);

    public static void Boxes(int n) => GC.KeepAlive(n);

    public static void LoadsString() => GC.KeepAlive("text");

    public static void Throws() => throw new InvalidOperationException();

    public static int CallsVirtually(object o) => o.GetHashCode();

    public static int ReadsStatic() => s_count++;

    public static int CallsUnmanaged(delegate* unmanaged<int> pointer) => pointer();

    public static int LeavesManagedCode() => getpid();

    public static int Catches(int* p)
    {
        try
        {
            return *p;
        }
        catch (NullReferenceException)
        {
            return 0;
        }
    }

    public static int Divides(int a, int b) => a / b;

    public static int Overflows(long a) => checked((int)a);

    public static int Indexes(int[] a) => a[0];

    public static int CallsOut(int a) => Math.Max(a, 1);

    public static void CallsOffender() => Boxes(1);

    public static void IsGeneric<T>(T* p) where T : unmanaged => *p = default;

    public static void TakesStack(int n)
    {
        byte* p = stackalloc byte[n];
        *p = 0;
    }

    [DllImport("libc")]
    private static extern int getpid();
}
