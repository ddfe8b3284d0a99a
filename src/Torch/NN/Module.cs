using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Layers, their functional forms, initialisation and utilities: PyTorch's <c>torch.nn</c>.</summary>
    public static partial class nn
    {
        /// <summary>
        /// Base of every network and layer: a tree of modules that own parameters and buffers.
        /// Fields of a derived class that hold modules, parameters or tensors become components under the field's name
        /// when the derived constructor ends with <c>RegisterComponents()</c>, or when the module is registered in another.
        /// </summary>
        public partial class Module : IDisposable
        {
            /// <summary>The name given to the constructor; null where none was.</summary>
            protected string? name;

            private bool isTraining = true;

            /// <summary>Makes a module in training mode without components.</summary>
            /// <param name="name">What <see cref="GetName"/> answers; usually the class name.</param>
            protected Module(string name) => this.name = name;

            /// <summary>The module's name, by default its class name.</summary>
            public virtual string GetName() => string.IsNullOrEmpty(name) ? GetType().Name : name;

            /// <summary>Whether the module is in training mode (dropout drops, batch normalisation uses the batch); true at first.</summary>
            public virtual bool training => isTraining;

            /// <summary>Sets the mode of this module and all below it.</summary>
            /// <param name="train">True for training, false for evaluation.</param>
            public virtual void train(bool train = true)
            {
                isTraining = train;
                foreach (var (_, child) in named_children()) child.train(train);
            }

            /// <summary>Sets evaluation mode for this module and all below it.</summary>
            public virtual void eval() => train(false);

            /// <summary>Calls an action on every module below this one, then on this one.</summary>
            /// <param name="fn">The action, for instance an initialisation.</param>
            /// <returns>This module.</returns>
            public virtual Module apply(Action<Module> fn)
            {
                foreach (var (_, child) in named_children()) child.apply(fn);
                fn(this);
                return this;
            }

            /// <summary>Forgets the gradients of all parameters.</summary>
            /// <param name="set_to_none">True: the gradients are dropped; false: they are kept and filled with 0.</param>
            public virtual void zero_grad(bool set_to_none = true)
            {
                foreach (var parameter in parameters()) Gradients.Clear(parameter, set_to_none);
            }

            /// <summary>Releases the parameters and buffers of this module and of all below it.</summary>
            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            /// <summary>Releases what the module owns.</summary>
            /// <param name="disposing">True when called by <see cref="Dispose()"/>.</param>
            protected virtual void Dispose(bool disposing)
            {
                if (!disposing) return;
                foreach (var parameter in ownParameters.Values) parameter.DetachFromDisposeScope().Dispose();
                foreach (var (buffer, _) in ownBuffers.Values) buffer.DetachFromDisposeScope().Dispose();
                foreach (var child in ownModules.Values) child.Dispose();
            }
        }
    }
}
