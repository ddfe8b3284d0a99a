namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>Whether operations on this tensor are recorded, so that gradients can flow back to it.</summary>
        public bool requires_grad
        {
            get => Info.Flags.HasFlag(TensorFlags.RequiresGrad);
            set
            {
                Native.Check(Native.SetRequiresGrad(Handle, value ? 1 : 0));
                GC.KeepAlive(this);
            }
        }

        /// <summary>Sets <see cref="requires_grad"/> and returns this tensor.</summary>
        public Tensor requires_grad_(bool requires_grad = true)
        {
            this.requires_grad = requires_grad;
            return this;
        }

        /// <summary>Sets <see cref="requires_grad"/> and returns this tensor.</summary>
        public Tensor with_requires_grad(bool requires_grad = true) => requires_grad_(requires_grad);

        /// <summary>Whether no recorded operation made this tensor.</summary>
        public bool is_leaf => Info.Flags.HasFlag(TensorFlags.Leaf);

        /// <summary>What backward() has accumulated here; null before.</summary>
        public unsafe Tensor? grad
        {
            get
            {
                nint found;
                Native.Check(Native.Grad(Handle, &found));
                GC.KeepAlive(this);
                return found == 0 ? null : new Tensor(found);
            }
            set
            {
                Native.Check(Native.SetGrad(Handle, value?.Handle ?? 0));
                GC.KeepAlive(value);
                GC.KeepAlive(this);
            }
        }

        /// <summary>Makes backward() keep the gradient of this tensor though it is no leaf.</summary>
        public void retain_grad()
        {
            Native.Check(Native.RetainGrad(Handle));
            GC.KeepAlive(this);
        }

        /// <summary>Adds the gradient of this one number to every leaf that it was computed from.</summary>
        public void backward() => autograd.backward([this]);

        /// <summary>Adds the gradient of this tensor, weighed by grad_tensors, to the leaves (or to the inputs alone).</summary>
        public void backward(
            IList<Tensor>? grad_tensors = null, bool retain_graph = false, bool create_graph = false, IList<Tensor>? inputs = null) =>
            autograd.backward([this], grad_tensors, retain_graph, create_graph, inputs);

        /// <summary>The same data without history.</summary>
        public Tensor detach() => Op.Call("detach", this);

        /// <summary>Drops the history of this tensor.</summary>
        public Tensor detach_() => Op.InPlace("detach_", this);

        /// <summary>A copy with its own memory; gradients flow through it.</summary>
        public Tensor clone() => Op.Call("clone", this);

        /// <summary>A second object for the same native tensor.</summary>
        public Tensor alias()
        {
            var second = new Tensor(Native.Alias(Handle));
            GC.KeepAlive(this);
            return second;
        }
    }

    /// <summary>A copy with its own memory; gradients flow through it.</summary>
    public static Tensor clone(Tensor input) => input.clone();

    /// <summary>Differentiation.</summary>
    public static partial class autograd
    {
        /// <summary>Adds the gradients of the outputs, weighed by grad_tensors, to the leaves (or to the inputs alone).</summary>
        /// <param name="tensors">What to differentiate.</param>
        /// <param name="grad_tensors">A weight of the same shape for each; may be left out for single numbers.</param>
        /// <param name="retain_graph">Whether to keep the history for another pass; by default as create_graph.</param>
        /// <param name="create_graph">Whether the gradients can be differentiated again.</param>
        /// <param name="inputs">The tensors that get gradients; every leaf where left out.</param>
        public static void backward(
            IList<Tensor> tensors, IList<Tensor>? grad_tensors = null, bool? retain_graph = null, bool create_graph = false,
            IList<Tensor>? inputs = null)
        {
            nint[] outputs = Handles(tensors), grads = Handles(grad_tensors), into = Handles(inputs);
            Native.Check(Native.Backward(
                outputs, outputs.Length, grads, grads.Length, (retain_graph ?? create_graph) ? 1 : 0, create_graph ? 1 : 0, into, into.Length));
            GC.KeepAlive((tensors, grad_tensors, inputs));
        }

        /// <summary>Adds the gradient of the output, weighed by grad_tensors, to the leaves (or to the inputs alone).</summary>
        public static void backward(
            Tensor tensor, IList<Tensor>? grad_tensors = null, bool? retain_graph = null, bool create_graph = false,
            IList<Tensor>? inputs = null) => backward([tensor], grad_tensors, retain_graph, create_graph, inputs);

        /// <summary>Adds the gradient of the output, weighed by grad_tensor, to the leaves (or to the inputs alone).</summary>
        public static void backward(
            Tensor tensor, Tensor grad_tensor, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null) =>
            backward([tensor], [grad_tensor], retain_graph, create_graph, inputs);

        /// <summary>The gradients of the outputs with respect to the inputs; nothing is accumulated anywhere.</summary>
        /// <param name="outputs">What to differentiate.</param>
        /// <param name="inputs">With respect to what.</param>
        /// <param name="grad_outputs">A weight of the same shape for each output; may be left out for single numbers.</param>
        /// <param name="retain_graph">Whether to keep the history for another pass.</param>
        /// <param name="create_graph">Whether the gradients can be differentiated again.</param>
        /// <param name="allow_unused">Whether an input may play no part; its gradient is then null (in TorchSharp's own assembly, a tensor that <see cref="Tensor.IsInvalid"/>).</param>
        public static unsafe IList<Tensor> grad(
            IList<Tensor> outputs, IList<Tensor> inputs, IList<Tensor>? grad_outputs = null, bool retain_graph = false,
            bool create_graph = false, bool allow_unused = false)
        {
            nint[] from = Handles(outputs), to = Handles(inputs), grads = Handles(grad_outputs);
            var gradients = new nint[to.Length];
            fixed (nint* p = gradients)
                Native.Check(Native.Gradients(
                    from, from.Length, to, to.Length, grads, grads.Length, retain_graph ? 1 : 0, create_graph ? 1 : 0, allow_unused ? 1 : 0, p));
            GC.KeepAlive((outputs, inputs, grad_outputs));
            return Array.ConvertAll(gradients, g => g == 0 ? null! : new Tensor(g));
        }

        private static nint[] Handles(IList<Tensor>? tensors)
        {
            if (tensors is null) return [];
            var handles = new nint[tensors.Count];
            for (var i = 0; i < handles.Length; i++) handles[i] = tensors[i].Handle;
            return handles;
        }
    }

    /// <summary>Records nothing until disposed: no gradients, less memory.</summary>
    public static IDisposable no_grad() => new GradMode(false);

    /// <summary>Records operations until disposed, within <see cref="no_grad"/> too.</summary>
    public static IDisposable enable_grad(bool enabled = true) => new GradMode(enabled);

    /// <summary>Records operations, or not, until disposed.</summary>
    public static IDisposable set_grad_enabled(bool mode = true) => new GradMode(mode);

    /// <summary>Whether this thread records operations now.</summary>
    public static bool is_grad_enabled() => Native.GradEnabled() != 0;

    /// <summary>As <see cref="no_grad"/>, and the tensors made can never take part in recorded operations.</summary>
    public static IDisposable inference_mode(bool mode = true) => new InferenceGuard(mode);

    /// <summary>Whether this thread is in inference mode now.</summary>
    public static bool is_inference_mode_enabled() => Native.InferenceEnabled() != 0;

    private sealed class GradMode : IDisposable
    {
        private readonly int before = Native.GradEnabled();
        private bool disposed;

        internal GradMode(bool enabled) => Native.SetGradEnabled(enabled ? 1 : 0);

        public void Dispose()
        {
            if (!disposed) Native.SetGradEnabled(before);
            disposed = true;
        }
    }

    private sealed class InferenceGuard(bool mode) : IDisposable
    {
        private nint guard = Native.InferenceBegin(mode ? 1 : 0);

        public void Dispose()
        {
            if (guard != 0) Native.InferenceEnd(guard);
            guard = 0;
        }
    }
}
