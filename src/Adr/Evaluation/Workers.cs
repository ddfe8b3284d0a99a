using System.Runtime.ExceptionServices;
using Adr.Attacks;
using Adr.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Evaluation;

/// <summary>Attacks the parts of a batch at once, each with one of libtorch's threads: they need not wait for each other after every operator.</summary>
/// <remarks>
/// For the library's own networks on the CPU, which are functions of weights that stand still; other models may not bear several callers.
/// A point's result is that of the whole batch but for rounding, as in any other batch.
/// </remarks>
internal static class Workers
{
    private const int LeastPart = 16; // points that are worth a thread

    /// <summary>Whether a model may be asked from several threads.</summary>
    internal static bool MayShare(Classifier model, Device device) =>
        device.type == DeviceType.CPU && model is not BlackBox && model.GetType().Assembly == typeof(Classifier).Assembly;

    /// <summary>Works on the parts of a batch, and gives the results in their order.</summary>
    /// <param name="points">How many points there are.</param>
    /// <param name="cost">What all parts cost together is added here.</param>
    /// <param name="cancellation">Cancels all parts.</param>
    /// <param name="work">From the first point of a part, their number, a cost to count on and a token. It must leave nothing in a dispose scope.</param>
    internal static T[] Run<T>(long points, AttackCost cost, CancellationToken cancellation, Func<int, int, AttackCost, CancellationToken, T> work)
    {
        var threads = get_num_threads();
        var parts = (int)Math.Clamp(points / LeastPart, 1, threads);
        if (parts == 1) return [work(0, (int)points, cost, cancellation)];
        var (results, costs, errors) = (new T[parts], new AttackCost[parts], new Exception?[parts]);
        using var others = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var workers = Enumerable.Range(0, parts).Select(part => new Thread(() => Work(part)) { IsBackground = true }).ToArray();
        try
        {
            foreach (var worker in workers) worker.Start();
            foreach (var worker in workers) worker.Join();
        }
        finally
        {
            set_num_threads(threads); // a worker's setting is that of threads to come, too
        }
        // the first error, not the cancellations that it led to
        if ((errors.FirstOrDefault(error => error is not null and not OperationCanceledException) ?? errors.FirstOrDefault(error => error is not null)) is { } first)
        {
            foreach (var result in results) (result as IDisposable)?.Dispose();
            ExceptionDispatchInfo.Throw(first);
        }
        foreach (var part in costs) cost.Add(part);
        return results;

        void Work(int part)
        {
            var first = (int)(points * part / parts);
            costs[part] = new AttackCost();
            try
            {
                set_num_threads(1);
                results[part] = work(first, (int)(points * (part + 1) / parts) - first, costs[part], others.Token);
            }
            catch (Exception problem) // thrown again by the thread that waits
            {
                errors[part] = problem;
                others.Cancel();
            }
        }
    }
}
